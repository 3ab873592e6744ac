import { useEffect } from 'preact/hooks';
import { EXAMPLE_IDS } from '../../api/example';
import type { Prediction } from '../../api/types';
import { text } from '../../i18n';
import { addresses } from '../../lib/routes';
import { loadExampleModels, modelTitle } from '../../state/catalogue';
import { isLoggedIn } from '../../state/session';

/** What the example is, the same patients with another model, and how to predict one's own. */
export function ExampleNotice({ prediction }: { prediction: Prediction }) {
  const words = text.value.example;
  useEffect(() => void loadExampleModels(), []);
  const others = EXAMPLE_IDS.filter((id) => id !== prediction.prediction_id);
  return (
    <section class="notice notice-example" aria-labelledby="example-title">
      <h2 id="example-title">{words.title}</h2>
      <p>
        {words.lead} {words.model(modelTitle(prediction.prediction_model_id))}
      </p>
      <p class="actions">
        <a class="button" href={isLoggedIn.value ? addresses.new : addresses.register}>
          {isLoggedIn.value ? words.ownLoggedIn : words.own}
        </a>
        {others.map((id) => (
          <a key={id} href={addresses.prediction(id)}>
            {words.otherModel(modelTitle(id.replace('example-', '')))}
          </a>
        ))}
      </p>
    </section>
  );
}
