/** A button with an icon that lets a person choose files. */
import type { LucideIcon } from "lucide-react";
import { useRef } from "react";
import { Button } from "./button.tsx";

export interface PickFilesProps {
  icon: LucideIcon;
  label: string;
  size: "icon" | "iconSm";
  onFiles: (files: Iterable<File>) => void;
}

export const PickFiles = ({ icon: Icon, label, size, onFiles }: PickFilesProps) => {
  const input = useRef<HTMLInputElement>(null);
  return (
    <>
      <input
        ref={input}
        type="file"
        multiple
        hidden
        onChange={({ target }) => {
          onFiles([...(target.files ?? [])]);
          // The same file may be chosen again.
          target.value = "";
        }}
      />
      <Button variant="ghost" size={size} aria-label={label} title={label} onClick={() => input.current?.click()}>
        <Icon aria-hidden="true" />
      </Button>
    </>
  );
};
