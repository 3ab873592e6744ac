import { useEffect, useRef, useState } from 'preact/hooks';
import { text } from '../../i18n';

interface Props {
  file: File | null;
  onFile: (file: File | null) => void;
}

/** The input for the file, which can be chosen or dropped. */
export function FileDrop({ file, onFile }: Props) {
  const [isOver, setIsOver] = useState(false);
  const input = useRef<HTMLInputElement>(null);
  const words = text.value.submission;
  useIgnoreStrayDrops();

  function takeFirst(files: FileList | null | undefined): void {
    const first = files?.[0];
    if (first) onFile(first);
    // Otherwise choosing the same file again, after correcting it, would fire no change event.
    if (input.current) input.current.value = '';
  }

  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the file input inside does the same for the keyboard
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
        takeFirst(event.dataTransfer?.files);
      }}
    >
      {file && <ChosenFile file={file} onRemove={() => onFile(null)} />}
      <p class="drop-choice">
        <input
          ref={input}
          id="file"
          class="visually-hidden"
          type="file"
          accept=".csv,.tsv,.txt,.xlsx,text/csv"
          aria-describedby="file-hint"
          onChange={(event) => takeFirst(event.currentTarget.files)}
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

/**
 * Ignore files that are dropped outside the field. The browser would open them instead of the page.
 */
function useIgnoreStrayDrops(): void {
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
