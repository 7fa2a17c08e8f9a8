import type { AuditLog } from '../../../platform/audit.ts'
import type { AppError, ErrorCode } from '../../../platform/errors.ts'
import type { Logger } from '../../../platform/logger.ts'

/** Lines of one code in one window that are written out; the rest is counted and reported in one line. */
const linesPerWindow = 10
const windowMs = 10_000

interface Window {
  startedAtMs: number
  lines: number
  kept: number
  lastAddress: string
}

/** Counts every rejection by code and writes as many lines as a person can read: a flood becomes one line per window. */
export class Rejections {
  /** Since the start of the server. */
  readonly counts = new Map<ErrorCode, number>()
  private readonly windows = new Map<ErrorCode, Window>()
  private readonly audit: AuditLog
  private readonly log: Logger

  constructor(audit: AuditLog, log: Logger) {
    this.audit = audit
    this.log = log
  }

  /** Notes one rejection. */
  record(reason: AppError, sessionId: string, remoteAddress: string, nowMs: number): void {
    this.counts.set(reason.code, (this.counts.get(reason.code) ?? 0) + 1)
    let window = this.windows.get(reason.code)
    if (window === undefined || nowMs - window.startedAtMs >= windowMs) {
      if (window) this.summarise(reason.code, window)
      window = { startedAtMs: nowMs, lines: 0, kept: 0, lastAddress: remoteAddress }
      this.windows.set(reason.code, window)
    }
    window.lastAddress = remoteAddress
    if (window.lines < linesPerWindow) {
      window.lines += 1
      this.audit.record({ kind: 'error', message: reason.message, sessionId, remoteAddress, code: reason.code })
    } else {
      window.kept += 1
    }
  }

  /** Some windows are not over: `tick` has something to do. */
  get pending(): boolean {
    return this.windows.size > 0
  }

  /** Reports what was suppressed in windows that are over. */
  tick(nowMs: number): void {
    for (const [code, window] of this.windows) {
      if (nowMs - window.startedAtMs < windowMs) continue
      this.windows.delete(code)
      this.summarise(code, window)
    }
  }

  private summarise(code: ErrorCode, window: Window): void {
    if (window.kept === 0) return
    const message = `${window.kept} more connections were rejected with ${code}`
    this.log.warn({ code, refused: window.kept, lastAddress: window.lastAddress }, message)
    this.audit.record({ kind: 'error', message, code, data: { refused: window.kept, lastAddress: window.lastAddress } })
  }
}
