import { useEffect, useRef, useState } from 'preact/hooks';
import { text } from '../../i18n';

interface Props {
  file: File | null;
  onFile: (file: File | null) => void;
}

export function FileDrop({ file, onFile }: Props) {
  const [isOver, setIsOver] = useState(false);
  const input = useRef<HTMLInputElement>(null);
  const words = text.value.submission;
  useStrayDropsIgnored();

  function take(files: FileList | null | undefined): void {
    const first = files?.[0];
    if (first) onFile(first);
    // Else choosing the same file again, after correcting it, would be no change.
    if (input.current) input.current.value = '';
  }

  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: dropping only adds to the input within
    <div
      class={isOver ? 'drop drop-over' : 'drop'}
      onDragOver={(event) => {
        event.preventDefault();
        setIsOver(true);
      }}
      onDragLeave={() => setIsOver(false)}
      onDrop={(event) => {
        event.preventDefault();
        setIsOver(false);
        take(event.dataTransfer?.files);
      }}
    >
      {file && <ChosenFile file={file} onRemove={() => onFile(null)} />}
      <p class="drop-choice">
        <input
          ref={input}
          id="file"
          class="visually-hidden"
          type="file"
          accept=".csv,text/csv"
          aria-describedby="file-hint"
          onChange={(event) => take(event.currentTarget.files)}
        />
        <label for="file" class={file ? 'button button-quiet' : 'button'}>
          {file ? words.fileReplace : words.fileChoose}
        </label>{' '}
        <span>{words.fileDrop}</span>
      </p>
      <p class="hint" id="file-hint">
        {words.fileHint}
      </p>
    </div>
  );
}

function ChosenFile({ file, onRemove }: { file: File; onRemove: () => void }) {
  const words = text.value.submission;
  return (
    <p class="drop-file">
      <strong>{file.name}</strong> <span class="hint">{words.fileSize(file.size)}</span>{' '}
      <button type="button" class="link-button" onClick={onRemove}>
        {words.fileRemove}
      </button>
    </p>
  );
}

/** A file dropped beside the field would otherwise replace the page by the file. */
function useStrayDropsIgnored(): void {
  useEffect(() => {
    const ignore = (event: DragEvent) => event.preventDefault();
    addEventListener('dragover', ignore);
    addEventListener('drop', ignore);
    return () => {
      removeEventListener('dragover', ignore);
      removeEventListener('drop', ignore);
    };
  }, []);
}
