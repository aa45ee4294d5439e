// The shop's orders of one morning. One names an article that the shop does not know yet.

export interface Order {
  readonly id: string;
  readonly customer: string;
  readonly article: string;
  readonly amountEur: number;
}

export const unknownArticle = 'hammock';

export const orders: readonly Order[] = [
  { id: 'o-1', customer: 'ada', article: 'lamp', amountEur: 40 },
  { id: 'o-2', customer: 'ben', article: 'desk', amountEur: 1200 },
  { id: 'o-3', customer: 'ada', article: unknownArticle, amountEur: 90 },
  { id: 'o-4', customer: 'ada', article: 'chair', amountEur: 150 },
  { id: 'o-5', customer: 'cleo', article: 'sofa', amountEur: 2500 },
  { id: 'o-6', customer: 'ben', article: 'lamp', amountEur: 1000 },
  { id: 'o-7', customer: 'ben', article: 'chair', amountEur: 150 },
  { id: 'o-8', customer: 'cleo', article: 'lamp', amountEur: 40 },
];

/** The owner wants to hear of orders above it, and only of those. */
export const textAboveEur = 1000;
