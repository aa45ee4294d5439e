// What the clinic's desks are interested in, and what a doctor does all day. Pure: the same actions every
// run.

export type ActionKind = 'visit' | 'prescription' | 'appointment';

export interface Action {
  /** What the proof counts by. */
  readonly id: string;
  readonly kind: ActionKind;
  readonly patient: string;
  readonly priceEur: number;
}

export interface Desk {
  readonly name: string;
  /** The subscription's filter policy, over message attributes. */
  readonly filterPolicy: Readonly<Record<string, readonly unknown[]>>;
  /** The same in our own words: the proof must not trust what it proves. */
  wants(action: Action): boolean;
}

export const desks: readonly Desk[] = [
  {
    name: 'billing',
    filterPolicy: { price: [{ numeric: ['>', 0] }] },
    wants: ({ priceEur }) => priceEur > 0,
  },
  {
    name: 'prescriptions',
    filterPolicy: { kind: ['prescription'] },
    wants: ({ kind }) => kind === 'prescription',
  },
  {
    name: 'scheduling',
    filterPolicy: { kind: ['appointment', 'visit'] },
    wants: ({ kind }) => kind !== 'prescription',
  },
];

const patients = ['Ada', 'Ben', 'Cleo', 'Dan', 'Eva'];
const kinds: readonly ActionKind[] = ['visit', 'prescription', 'appointment'];
const prices: Readonly<Record<ActionKind, number>> = { visit: 80, prescription: 12, appointment: 0 };

export function dayOfActions(count: number): Action[] {
  return Array.from({ length: count }, (_, i) => {
    const kind = kinds[i % kinds.length]!;
    const patient = patients[i % patients.length]!;
    return { id: `action-${i + 1}`, kind, patient, priceEur: prices[kind] };
  });
}
