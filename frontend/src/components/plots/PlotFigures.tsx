import type { ComponentChildren } from 'preact';
import { text } from '../../i18n';

/** The table behind a plot, named as the plot is. */
export function PlotFigures({ name, children }: { name: string; children: ComponentChildren }) {
  return (
    <details class="plot-figures">
      <summary>
        {text.value.plots.curve.figures}
        <span class="visually-hidden">: {name}</span>
      </summary>
      <table>
        <caption class="visually-hidden">{name}</caption>
        {children}
      </table>
    </details>
  );
}
