import type { ComponentChildren } from 'preact';
import { text } from '../../i18n';
import { CloseButton, Dialog } from './Dialog';
import { ProblemNotice } from './ProblemNotice';
import { useAction } from './useAction';

interface Props {
  title: string;
  action: string;
  actionUnderWay: string;
  isDanger?: boolean;
  /** The id of the element that says why the action is not possible. Null if it is. */
  blockedBy?: string | null;
  /** If it throws, the dialog stays open and shows the problem. */
  onConfirm: () => Promise<void>;
  onClose: () => void;
  children: ComponentChildren;
}

/** A dialog that asks the user to confirm an action, and runs it. */
export function ConfirmDialog(props: Props) {
  const { isBusy, problem, run } = useAction();
  const isBlocked = props.blockedBy != null;
  return (
    <Dialog title={props.title} isBusy={isBusy} onClose={props.onClose}>
      {props.children}
      {problem && <ProblemNotice problem={problem} />}
      <div class="actions">
        <button
          type="button"
          class={props.isDanger ? 'button button-danger' : 'button'}
          disabled={isBusy}
          // A blocked button can have the focus, so that screen readers read the reason.
          aria-disabled={isBlocked}
          aria-describedby={props.blockedBy ?? undefined}
          onClick={() => {
            if (!isBlocked) void run(props.onConfirm);
          }}
        >
          {isBusy ? props.actionUnderWay : props.action}
        </button>
        <CloseButton label={text.value.actions.back} isFirst disabled={isBusy} />
      </div>
    </Dialog>
  );
}
