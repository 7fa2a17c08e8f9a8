/** What the machine is like now. Shares are from 0 to 1 of all there is; null: this system does not say. */
export interface MachineReading {
  /** Of all cores, since the reading before. */
  readonly cpu: number | null
  readonly cores: number
  readonly memoryBytes: { readonly total: number; readonly available: number }
  /** Of the graphics processor that is busiest. */
  readonly gpu: number | null
  /** Of the processor, degrees Celsius. */
  readonly temperature: number | null
  /** Times that the processor was slowed down because it was hot, since the system started. */
  readonly throttled: number | null
  /** Bytes a second since the reading before, of all disks together. */
  readonly disk: { readonly read: number; readonly written: number } | null
  /** Bytes a second since the reading before, of all networks but this machine's own. */
  readonly network: { readonly received: number; readonly sent: number } | null
  /** The host and what it started, each with the programs that it runs itself. */
  readonly processes: readonly ProcessReading[]
}

/** A process of ours. */
export interface ProcessReading {
  readonly pid: number
  /** `host`, or its name in the list of workers. */
  readonly name: string
  /** What it was started for: the id of a source. */
  readonly of: string | undefined
  /** Cores since the reading before. */
  readonly cpu: number
  readonly memoryBytes: number
}

/** Reads the machine, every few seconds. One folder per system has what is particular to it. */
export interface MachineReader {
  /** Never rejects for what this system does not have. */
  read(): Promise<MachineReading>
  stop(): void
}
