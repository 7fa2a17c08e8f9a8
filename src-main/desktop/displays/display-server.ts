/** A display that runs: what programs need to draw on it. */
export interface RunningDisplay {
  /** As DISPLAY has it. */
  readonly server: string
  /** File of XAUTHORITY. */
  readonly authority: string
  /** Process id of its server. */
  readonly pid: number
}

export interface DisplayOrder {
  /** Folder of this display alone, which exists. */
  readonly folder: string
  /** Pixels. */
  readonly width: number
  readonly height: number
}

/** What makes displays on one system. */
export interface DisplayServer {
  /** Starts a display; resolves when programs can draw on it. Throws AppError `desktop.server_missing`, `desktop.server_failed`. */
  start(order: DisplayOrder): Promise<RunningDisplay>
  /** The display of an earlier run of the host, where it still runs. */
  adopt(running: RunningDisplay): Promise<boolean>
  /** Ends a display and, with it, what was drawn there. */
  end(running: RunningDisplay): Promise<void>
}
