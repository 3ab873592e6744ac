import type { LedgerEntry } from '../../api/types';
import { coins as amount } from './nouns';

const reasons: Record<LedgerEntry['reason'], string> = {
  signup: 'Монеты при регистрации',
  voucher: 'Ваучер',
  prediction: 'Прогноз',
  refund: 'Возврат за прогноз',
};

/** The coins screen: balance, prices, vouchers and statement. */
export const coins = {
  title: 'Монеты',
  balance: 'Баланс',
  amount,
  link: 'Перейти к монетам',
  pricesTitle: 'Сколько стоит прогноз',
  pricesHint: 'Цена за файл не зависит от числа пациентов.',
  voucherTitle: 'Активировать ваучер',
  voucherSource: 'Ваучеры выдаёт оператор: тот, от кого вы получили адрес этой страницы.',
  voucherHint: 'Дефисы и пробелы можно не вводить.',
  code: 'Код ваучера',
  redeem: 'Активировать',
  redeeming: 'Проверяем код…',
  redeemed: (added: number, balance: number | null) =>
    `Зачислено: ${amount(added)}.${balance === null ? '' : ` Теперь на счёте ${amount(balance)}.`}`,
  statementTitle: 'История операций',
  date: 'Дата',
  reason: 'Основание',
  change: 'Монеты',
  reasons,
  otherCredit: 'Зачисление',
  otherCharge: 'Списание',
  empty: 'Операций с монетами пока не было.',
  more: 'Показать более ранние операции',
};
