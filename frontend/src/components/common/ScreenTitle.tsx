import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';

let isFirstScreen = true;

/** The heading of a screen. It takes the focus, so that a screen reader says where one has come. */
export function ScreenTitle({ children }: { children: ComponentChildren }) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    // On opening the page the browser reads it from its beginning by itself.
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
