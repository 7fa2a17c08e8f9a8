import { AppError } from '../../../platform/errors.ts'
import { plainLine } from './plain-line.ts'
import { type SshTarget, targetText } from './ssh-target.ts'

const quoted = (stderr: string): string => plainLine(stderr.trim().split('\n').at(-1) ?? '')

/** What `ssh` says when no connection comes about, as an error of the catalogue. */
export function connectionFault(stderr: string, target: SshTarget): AppError {
  const who = targetText(target)
  if (/host key verification failed|identification has changed/i.test(stderr))
    return new AppError('network.host_key_changed', `${target.host} shows another host key than the one that was accepted`)
  if (/error loading key|passphrase supplied|invalid format|error in libcrypto/i.test(stderr))
    return new AppError('network.ssh_key_invalid', `The private key cannot be used: ${quoted(stderr)}`)
  if (/permission denied|too many authentication failures/i.test(stderr))
    return new AppError('network.ssh_rejected', `${who}: ${quoted(stderr)}`)
  return new AppError('network.ssh_unreachable', `${who}: ${quoted(stderr) || 'the connection was closed'}`)
}

/** What sudo says when it does not run a command. */
export function sudoFault(stderr: string, target: SshTarget): AppError {
  return new AppError('network.sudo_rejected', `${targetText(target)}: ${quoted(stderr) || 'sudo did not answer'}`)
}
