/** What a benchmark is told. */
export interface BenchRun {
  /** Fewer repeats: to see that it runs, not to compare. */
  quick: boolean
  signal: AbortSignal
}

/** One question about speed or size; `run` prints its table, and throws where something did not work. */
export interface Benchmark {
  name: string
  title: string
  run: (options: BenchRun) => Promise<void>
}
