import type { LedgerEntry } from '../../api/types';
import { createFormat } from '../format';

const format = createFormat('ru');
const amount = (count: number) =>
  format.count(count, { one: 'монета', few: 'монеты', many: 'монет', other: 'монеты' });

const reasons: Record<LedgerEntry['reason'], string> = {
  signup: 'Начальные монеты',
  voucher: 'Ваучер',
  prediction: 'Прогноз',
  refund: 'Возврат за прогноз',
};

export const coins = {
  title: 'Монеты',
  balance: 'Баланс',
  amount,
  link: 'Перейти к монетам',
  pricesTitle: 'Сколько стоит прогноз',
  pricesHint: 'Цена одна за весь файл, сколько бы пациентов в нём ни было.',
  voucherTitle: 'Погасить ваучер',
  voucherHint: 'Дефисы и пробелы не важны.',
  code: 'Код ваучера',
  redeem: 'Погасить',
  redeeming: 'Проверяем код…',
  redeemed: (added: number, now: number) =>
    `Зачислено: ${amount(added)}. Теперь на счёте ${amount(now)}.`,
  statementTitle: 'Выписка',
  date: 'Дата',
  reason: 'За что',
  change: 'Монеты',
  reasons,
  otherCredit: 'Зачисление',
  otherCharge: 'Списание',
  empty: 'Движения монет пока не было.',
  more: 'Показать более ранние',
};
