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
  isBlocked?: boolean;
  /** If it throws, the dialog stays open and shows the problem. */
  onConfirm: () => Promise<void>;
  onClose: () => void;
  children: ComponentChildren;
}

/** A dialog that asks the user to confirm an action, and runs it. */
export function ConfirmDialog(props: Props) {
  const { isBusy, problem, run } = useAction();
  return (
    <Dialog title={props.title} isBusy={isBusy} onClose={props.onClose}>
      {props.children}
      {problem && <ProblemNotice problem={problem} />}
      <div class="actions">
        <button
          type="button"
          class={props.isDanger ? 'button button-danger' : 'button'}
          disabled={isBusy || props.isBlocked}
          onClick={() => void run(props.onConfirm)}
        >
          {isBusy ? props.actionUnderWay : props.action}
        </button>
        <CloseButton label={text.value.actions.back} isFirst disabled={isBusy} />
      </div>
    </Dialog>
  );
}
