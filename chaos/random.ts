// Numbers that look random and follow from a seed alone: mulberry32 (32 bits of state, by Tommy Ettinger, public domain),
// seeded by FNV-1a over the seed's text. The same seed gives the same numbers on every machine and in every version.

export interface Random {
  /** 0 ≤ x < 1. */
  next: () => number
  /** A whole number, both ends included. */
  int: (from: number, to: number) => number
  chance: (probability: number) => boolean
  pick: <T>(list: readonly [T, ...T[]] | readonly T[]) => T
}

/** A source of its own for each seed. */
export const createRandom = (seed: string): Random => {
  let state = hash(seed)
  const next = (): number => {
    state = (state + 0x6d_2b_79_f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  const int = (from: number, to: number): number => from + Math.floor(next() * (to - from + 1))
  return {
    next,
    int,
    chance: probability => next() < probability,
    pick: <T>(list: readonly T[]): T => {
      const picked = list[int(0, list.length - 1)]
      if (picked === undefined) throw new RangeError('nothing to pick from')
      return picked
    },
  }
}

const hash = (text: string): number => {
  let value = 0x81_1c_9d_c5
  for (const byte of Buffer.from(text)) value = Math.imul(value ^ byte, 0x01_00_01_93)
  return value | 0
}
