/** Files on their way into a workspace: each is sent as soon as it is chosen. */
import { MOST_FILE_BYTES } from "@praktor/protocol/workspace";
import { useEffect, useRef, useState } from "react";
import { uploadFile } from "../api/upload.ts";
import { toastFailed } from "../components/toasts.tsx";
import { fileSize } from "../lib/size.ts";
import { en } from "../text/en.ts";

export interface Upload {
  key: string;
  name: string;
  sizeBytes: number;
  /** Where it will lie. */
  path: string;
  /** From 0 to 1. */
  sent: number;
  state: "sending" | "there" | "failed";
  error: unknown;
}

export interface Uploads {
  items: readonly Upload[];
  add: (files: Iterable<File>) => void;
  remove: (key: string) => void;
  retry: (key: string) => void;
  clear: () => void;
}

export interface UploadsOptions {
  /** Where a file of that name goes; `mark` is of no other file. */
  place: (name: string, mark: string) => string;
  /** How many are held at once. */
  most: number;
  /** It lies in the workspace; when this says so it is shown no more. */
  onThere?: (upload: Upload) => "done";
}

interface Held {
  file: File;
  /** Ends its upload. */
  over: AbortController;
}

export const useUploads = (groupId: string, { place, most, onThere }: UploadsOptions): Uploads => {
  const [items, setItems] = useState<readonly Upload[]>([]);
  const held = useRef(new Map<string, Held>());
  useEffect(() => {
    const all = held.current;
    return () => {
      for (const { over } of all.values()) over.abort(new DOMException("the page was left", "AbortError"));
      all.clear();
    };
  }, []);

  const change = (key: string, next: Partial<Upload>): void =>
    setItems((all) => all.map((item) => (item.key === key ? { ...item, ...next } : item)));

  const drop = (key: string): void => {
    held.current.delete(key);
    setItems((all) => all.filter((item) => item.key !== key));
  };

  const send = async (item: Upload, file: File): Promise<void> => {
    const { key, path } = item;
    const over = new AbortController();
    held.current.set(key, { file, over });
    try {
      await uploadFile(groupId, path, file, (sent) => change(key, { sent }), over.signal);
      if (onThere?.(item) === "done") drop(key);
      else change(key, { state: "there", sent: 1 });
    } catch (error) {
      if (!over.signal.aborted) change(key, { state: "failed", error });
    }
  };

  return {
    items,
    add: (files) => {
      const wanted = [...files];
      const fitting = wanted.filter(({ size }) => size <= MOST_FILE_BYTES);
      for (const { name, size } of wanted.filter((file) => !fitting.includes(file))) {
        toastFailed(
          en.files.uploadFailed(name),
          new Error(en.files.tooLargeToSend(fileSize(size), fileSize(MOST_FILE_BYTES))),
        );
      }
      const room = most - items.length;
      if (fitting.length > room) toastFailed(en.files.tooMany, new Error(en.files.most(most)));
      const taken = fitting.slice(0, Math.max(0, room)).map((file): [Upload, File] => {
        const key = crypto.randomUUID();
        const path = place(file.name, key.slice(0, 8));
        return [{ key, name: file.name, sizeBytes: file.size, path, sent: 0, state: "sending", error: null }, file];
      });
      setItems((all) => [...all, ...taken.map(([item]) => item)]);
      for (const [item, file] of taken) void send(item, file);
    },
    remove: (key) => {
      held.current.get(key)?.over.abort(new DOMException("taken back", "AbortError"));
      drop(key);
    },
    retry: (key) => {
      const again = held.current.get(key);
      const item = items.find((one) => one.key === key);
      if (again === undefined || item === undefined) return;
      change(key, { state: "sending", sent: 0, error: null });
      void send(item, again.file);
    },
    clear: () => {
      held.current.clear();
      setItems([]);
    },
  };
};
