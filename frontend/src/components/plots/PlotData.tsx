import type { ComponentChildren } from 'preact';
import { text } from '../../i18n';

/** The collapsed table of a plot's values, with the name of the plot. */
export function PlotData({ name, children }: { name: string; children: ComponentChildren }) {
  return (
    <details class="plot-data">
      <summary>
        {text.value.plots.curve.valuesTable}
        <span class="visually-hidden">: {name}</span>
      </summary>
      <table>
        <caption class="visually-hidden">{name}</caption>
        {children}
      </table>
    </details>
  );
}
