/** A gateway in a container finds itself by what Docker puts there, and a gateway on a host finds nothing. */
import { expect, test } from "vitest";
import { ownContainerCandidates } from "./own-container.ts";

const id = "b289cc6589053bddd3be933d467f63362048ae417bea2153a7cbce6d110ba477";
const mountinfo = `623 612 0:51 / /dev/shm rw - tmpfs shm rw
624 605 254:0 /var/lib/docker/containers/${id}/resolv.conf /etc/resolv.conf rw,relatime - ext4 /dev/vda rw
625 605 254:0 /var/lib/docker/containers/${id}/hostname /etc/hostname rw,relatime - ext4 /dev/vda rw`;

test("in a container: the id is known from its mounts, once", () => {
  expect(ownContainerCandidates(mountinfo, "", id.slice(0, 12))).toEqual([id, id.slice(0, 12)]);
});

test("in a container of an engine with a single control group hierarchy, also under another host name", () => {
  expect(ownContainerCandidates(mountinfo, "0::/", "gateway")).toEqual([id]);
});

test("from the control group, in both of Docker's spellings", () => {
  expect(ownContainerCandidates("", `4:pids:/docker/${id}`, "gateway")).toEqual([id]);
  expect(ownContainerCandidates("", `0::/system.slice/docker-${id}.scope`, "gateway")).toEqual([id]);
});

test("on a host that merely runs containers: nothing", () => {
  const host = `30 1 254:0 / / rw - ext4 /dev/vda rw
500 30 0:4 net:[4026] /run/docker/netns/default rw - nsfs nsfs rw
501 30 0:60 / /var/lib/docker/containers/${id}/mounts/shm rw - tmpfs shm rw`;
  expect(ownContainerCandidates(host, "0::/user.slice", "my-server")).toEqual([]);
});
