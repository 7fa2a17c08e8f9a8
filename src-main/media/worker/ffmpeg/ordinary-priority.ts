import { execFileSync } from 'node:child_process'

/**
 * Gives every thread of this process the ordinary priority.
 * SVT-AV1 opened by root makes its threads, and the one that opens it, real-time threads of the highest priority: nothing else on the
 * machine runs while it encodes, and every process that is started from here inherits that. Without `chrt` it stays so.
 */
export function takeOrdinaryPriority(): void {
  if (process.platform !== 'linux' || process.geteuid?.() !== 0) return
  try {
    execFileSync('chrt', ['--all-tasks', '--other', '--pid', '0', String(process.pid)], { stdio: 'ignore' })
  } catch {
    // A system without util-linux: encoding goes on as it is.
  }
}
