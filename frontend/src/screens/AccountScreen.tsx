import type { AccountRoute } from '../lib/routes';
import { Account } from './Account';
import { Coins } from './Coins';
import { History } from './History';
import { NewPrediction } from './NewPrediction';
import { PatientScreen } from './PatientScreen';
import { InvalidPrediction, PredictionScreen } from './PredictionScreen';

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
  }
}
