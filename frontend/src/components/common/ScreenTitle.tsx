import { useEffect, useRef } from 'preact/hooks';
import { text } from '../../i18n';

let isFirstScreen = true;

interface Props {
  children: string;
  /** Replaces a heading with a file's name or a patient's ID, because the browser's history keeps it. */
  documentTitle?: string;
}

/**
 * The heading of a screen, and the document's title. It takes the focus, so that screen readers
 * announce the new screen.
 */
export function ScreenTitle({ children, documentTitle = children }: Props) {
  const heading = useRef<HTMLHeadingElement>(null);
  const title = `${documentTitle} · ${text.value.shell.product}`;
  useEffect(() => {
    document.title = title;
  }, [title]);
  useEffect(() => {
    // On the first screen, screen readers start at the top of the page by themselves.
    if (!isFirstScreen) {
      heading.current?.focus({ preventScroll: true });
      scrollTo(0, 0);
    }
    isFirstScreen = false;
  }, []);
  return (
    <h1 ref={heading} tabIndex={-1}>
      {children}
    </h1>
  );
}
