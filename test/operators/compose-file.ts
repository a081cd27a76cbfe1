import { parse } from 'yaml'

export type Value = string | string[] | Mapping
export interface Mapping {
  [key: string]: Value
}

/** The file as Compose reads it, with its merges made; scalars stay as they are written. */
export const parseComposeFile = (text: string): Mapping =>
  parse(text, { merge: true, schema: 'failsafe' }) as Mapping
