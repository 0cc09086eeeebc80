import * as fc from "fast-check";
import { expect, test } from "vitest";
import { newCode, readCode } from "./pairing-code.ts";

const code = fc.stringMatching(/^[A-HJ-NP-Z2-9]{8}$/).filter((text) => /[A-Z]/.test(text));

test("a new code has eight characters, none of which looks like another", () => {
  for (let count = 0; count < 200; count += 1) expect(newCode()).toMatch(/^[A-HJ-NP-Z2-9]{8}$/);
});

test("a code is found however it is written, alone and in a sentence", () => {
  fc.assert(
    fc.property(code, code, (one, other) => {
      const halves = `${one.slice(0, 4)}–${one.slice(4)}`;
      for (const text of [
        one,
        one.toLowerCase(),
        ` ${halves} `,
        `/start ${one}`,
        `\`${one}\`.`,
        `${one.slice(0, 4)} ${one.slice(4)}`,
      ]) {
        expect(readCode(text, "alone")).toEqual({ code: one });
      }
      for (const text of [`My code is ${one}, thanks`, `Code: “${halves}”`]) {
        expect(readCode(text, "anywhere")).toEqual({ code: one });
        expect(readCode(text, "alone")).toBeNull();
      }
      expect(readCode(`${one} or ${other}`, "anywhere")).toEqual({ code: null });
    }),
  );
});

test("what is meant as a code and is none is told from other words", () => {
  for (const text of ["AB0D2345", "ABCD234", "abcd23456", "/pair hello", "my code is AB1D2345", "äbcd2345"]) {
    expect([text, readCode(text, "anywhere")]).toEqual([text, { code: null }]);
  }
  const words = [
    "hello",
    "/start",
    "/pair",
    "/settings",
    "please let me in",
    "nobody answered me",
    "LET ME IN",
    "",
    "👋👋👋👋",
    "你好世界测试一下",
    "私は山田太郎です、はじめまして",
    "שלוםשלום מה",
    "مرحباكم",
    "ЗДРАВСТВУЙТЕ, ПРИВЕТИК",
  ];
  for (const text of words) expect([text, readCode(text, "anywhere")]).toEqual([text, null]);
});
