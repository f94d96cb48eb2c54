import { Button, type ButtonProps } from '@mantine/core';
import { type ReactNode, type Ref, useRef } from 'react';
import { type Picked, pickedFromInput } from './picked.ts';

/** A button that opens the device's own picker: files on a computer, the camera roll and recorder on a phone. */
export function FilePicker({
  children,
  multiple = false,
  buttonRef,
  onPick,
  ...button
}: ButtonProps & {
  children: ReactNode;
  multiple?: boolean;
  buttonRef?: Ref<HTMLButtonElement>;
  onPick: (picked: Picked[]) => void;
}) {
  const input = useRef<HTMLInputElement>(null);
  return (
    <>
      <Button {...button} ref={buttonRef} onClick={() => input.current?.click()}>
        {children}
      </Button>
      <input
        ref={input}
        type="file"
        accept="video/*,audio/*,.mkv,.mts,.m2ts,.mxf,.m4a,.amr,.caf,.opus"
        multiple={multiple}
        hidden
        onChange={({ currentTarget }) => {
          onPick(pickedFromInput(currentTarget.files));
          // So that the same file can be picked once more.
          currentTarget.value = '';
        }}
      />
    </>
  );
}
