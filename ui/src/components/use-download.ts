/** Has the browser download what is at an address of the API. */
import { useMutation } from "@tanstack/react-query";
import { getLink } from "../api/endpoints.ts";
import { en } from "../text/en.ts";
import { toastFailed } from "./toasts.tsx";

export interface Download {
  address: string;
  /** What the file is called on this device. */
  name: string;
}

export const useDownload = (): ((download: Download) => void) => {
  const { mutate } = useMutation({
    mutationFn: ({ address }: Download) => getLink(address),
    onSuccess: ({ address }, { name }) => follow(address, name),
    onError: (error, { name }) => toastFailed(en.files.downloadFailed(name), error),
  });
  return mutate;
};

/** As if a link had been clicked: the browser shows how far it is and keeps no file in memory. */
const follow = (address: string, name: string): void => {
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
};
