import { type ScaleLinear, scaleLinear } from 'd3-scale';

/** From what is measured to a place in the picture. */
export type Scale = ScaleLinear<number, number>;

export function linearScale(domain: [number, number], range: [number, number]): Scale {
  return scaleLinear(domain, range);
}
