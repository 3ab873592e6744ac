import type { ComponentChildren } from 'preact';

interface Props<Tab extends string> {
  /** The accessible name of the list of tabs. */
  label: string;
  names: Record<Tab, string>;
  chosen: Tab;
  onChoose: (tab: Tab) => void;
  /** The content of the chosen tab. */
  children: ComponentChildren;
}

/** Tabs above their content. The arrow keys, Home and End choose another tab. */
export function Tabs<Tab extends string>(props: Props<Tab>) {
  const { label, names, chosen, onChoose, children } = props;
  const tabs = Object.keys(names) as Tab[];

  function onKeyDown(event: KeyboardEvent): void {
    const index = tabs.indexOf(chosen);
    const next = { ArrowRight: index + 1, ArrowLeft: index - 1, Home: 0, End: -1 }[event.key];
    const tab = next === undefined ? undefined : tabs.at(next % tabs.length);
    if (tab === undefined) return;
    event.preventDefault();
    onChoose(tab);
    document.getElementById(`tab-${tab}`)?.focus();
  }

  return (
    <>
      <div class="tabs" role="tablist" aria-label={label} onKeyDown={onKeyDown}>
        {tabs.map((tab) => (
          <button
            key={tab}
            id={`tab-${tab}`}
            type="button"
            role="tab"
            aria-selected={tab === chosen}
            aria-controls="tab-panel"
            tabIndex={tab === chosen ? 0 : -1}
            onClick={() => onChoose(tab)}
          >
            {names[tab]}
          </button>
        ))}
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: the tabs pattern, a panel can begin with text */}
      <div id="tab-panel" role="tabpanel" aria-labelledby={`tab-${chosen}`} tabIndex={0}>
        {children}
      </div>
    </>
  );
}
