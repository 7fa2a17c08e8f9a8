/** A socket that a service manager opened, or kept from the process before, and passed on. */
export interface PassedSocket {
  /** What its unit calls it (`FileDescriptorName=`), or the host that asked to keep it. */
  readonly name: string
  readonly fd: number
}

/** Variables by which systemd passes sockets, see sd_listen_fds(3). */
export const passedVariables = ['LISTEN_PID', 'LISTEN_FDS', 'LISTEN_FDNAMES'] as const

/** The first that is passed: those before are the standard streams. */
const firstFd = 3
/** More than the host has listeners. */
const maxSockets = 16

/**
 * Sockets that `environment` says were passed to the process `pid`. Those for another process are not ours: variables are
 * inherited, descriptors are not. Throws a sentence where the variables make no sense.
 */
export function readPassedSockets(environment: Readonly<Record<string, string | undefined>>, pid: number): readonly PassedSocket[] {
  const { LISTEN_PID: forPid, LISTEN_FDS: countText, LISTEN_FDNAMES: namesText } = environment
  if (countText === undefined || forPid !== String(pid)) return []
  const count = Number(countText)
  if (!/^\d{1,4}$/.test(countText) || count > maxSockets)
    throw new Error(`LISTEN_FDS is "${countText.slice(0, 40)}": the service manager may pass at most ${maxSockets} sockets`)
  if (count === 0) return []
  const names = namesText === undefined ? [] : namesText.split(':')
  if (names.length !== count) throw new Error(`LISTEN_FDNAMES has ${names.length} names for ${count} sockets`)
  return names.map((name, index) => ({ name, fd: firstFd + index }))
}
