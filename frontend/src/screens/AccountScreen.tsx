import { useEffect } from 'preact/hooks';
import { Loading } from '../components/common/Loading';
import type { AccountRoute } from '../lib/routes';
import { createChunk } from '../state/chunk';
import { Account } from './Account';
import { Coins } from './Coins';
import { History } from './History';
import { NewPrediction } from './NewPrediction';
import { NotLoaded } from './NotLoaded';
import { PatientScreen } from './PatientScreen';
import { InvalidPrediction, PredictionScreen } from './PredictionScreen';

const comparisonChunk = createChunk(() => import('./ComparisonScreen'));

/** The screens that need an account. */
export function AccountScreen({ route }: { route: AccountRoute }) {
  switch (route.name) {
    case 'new':
      return <NewPrediction />;
    case 'history':
      return <History />;
    case 'prediction':
      return <PredictionScreen key={route.id} id={route.id} />;
    case 'onePatient':
      return (
        <PredictionScreen key={route.id} id={route.id} patientPage={{ before: route.before }} />
      );
    case 'invalidPrediction':
      return <InvalidPrediction />;
    case 'account':
      return <Account />;
    case 'coins':
      return <Coins />;
    case 'patient':
      return <PatientScreen key={route.id} id={route.id} row={route.row} before={route.before} />;
    case 'comparison':
      return <ComparisonOnDemand key={`${route.id} ${route.row}`} id={route.id} row={route.row} />;
  }
}

function ComparisonOnDemand(props: { id: string; row: number }) {
  const { module, hasFailed, load } = comparisonChunk;
  useEffect(() => void load(), []);
  if (module.value) return <module.value.ComparisonScreen {...props} />;
  return hasFailed.value ? <NotLoaded onRetry={() => void load()} /> : <Loading />;
}
