import type { ComponentChildren } from 'preact';
import { useEffect, useId, useRef } from 'preact/hooks';

interface Props {
  title: string;
  isBusy?: boolean;
  onClose: () => void;
  children: ComponentChildren;
}

/** A modal dialog, which is open while it is rendered. */
export function Dialog({ title, isBusy = false, onClose, children }: Props) {
  const dialog = useRef<HTMLDialogElement>(null);
  const titleId = useId();
  useEffect(() => dialog.current?.showModal(), []);
  return (
    <dialog
      ref={dialog}
      class="dialog"
      aria-labelledby={titleId}
      onCancel={(event) => {
        if (isBusy) event.preventDefault();
      }}
      onClose={onClose}
    >
      <h2 id={titleId}>{title}</h2>
      {children}
    </dialog>
  );
}

interface CloseProps {
  label: string;
  /**
   * Whether it has the focus at first, so that pressing Enter does not confirm an irreversible
   * action.
   */
  isFirst?: boolean;
  disabled?: boolean;
}

export function CloseButton({ label, isFirst = false, disabled = false }: CloseProps) {
  return (
    <button
      type="button"
      class="button button-quiet"
      autofocus={isFirst}
      disabled={disabled}
      // Closing the dialog element returns the focus to where it was before.
      onClick={(event) => event.currentTarget.closest('dialog')?.close()}
    >
      {label}
    </button>
  );
}
