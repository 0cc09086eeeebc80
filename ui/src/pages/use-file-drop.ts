/** Lets files be dropped onto a part of the page, and says while they hang over it. */
import { type DragEvent, useState } from "react";

export interface FileDrop {
  over: boolean;
  props: {
    onDragEnter: (event: DragEvent) => void;
    onDragOver: (event: DragEvent) => void;
    onDragLeave: (event: DragEvent) => void;
    onDrop: (event: DragEvent) => void;
  };
}

const hasFiles = ({ dataTransfer }: DragEvent): boolean => dataTransfer.types.includes("Files");

export const useFileDrop = (onFiles: (files: Iterable<File>) => void): FileDrop => {
  // Entering a child is told before leaving its parent, so they are counted.
  const [depth, setDepth] = useState(0);
  return {
    over: depth > 0,
    props: {
      onDragEnter: (event) => {
        if (hasFiles(event)) setDepth((before) => before + 1);
      },
      onDragOver: (event) => {
        if (hasFiles(event)) event.preventDefault();
      },
      onDragLeave: (event) => {
        if (hasFiles(event)) setDepth((before) => Math.max(0, before - 1));
      },
      onDrop: (event) => {
        if (!hasFiles(event)) return;
        event.preventDefault();
        setDepth(0);
        onFiles(event.dataTransfer.files);
      },
    },
  };
};
