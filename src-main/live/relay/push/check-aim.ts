import { AppError } from '../../../platform/errors.ts'
import { passphraseLength } from '../../protocols/srt/transport/cipher.ts'
import { readCertificateTrust } from './certificate-trust.ts'
import type { DestinationAim, DestinationSecrets } from './destination-sender.ts'
import { checkDestination, checkDestinationUrl } from './destination-url.ts'
import { templateOf } from './templates.ts'

const usualLatencyMs = 200

/** What of a stored destination says where and what to send. */
export function aimOf({ template, url, rendition, audioTrack, certificate, latencyMs, limited }: DestinationAim): DestinationAim {
  return { template, url, rendition, audioTrack, certificate, latencyMs, limited }
}

/** Checks the request against the template; returns it as it is stored. Throws `destination.address_invalid`. */
export function checkAim(aim: DestinationAim, { key, passphrase }: DestinationSecrets): DestinationAim {
  const template = templateOf(aim.template)
  const { name, protocol } = template
  if (aim.url === '') throw invalid(`${name} needs the URL that its dashboard shows`)
  const url = checkDestinationUrl(aim.url, protocol)
  if (!template.urlEditable && !template.servers.some((server) => server.url === url)) {
    throw invalid(`${name} has fixed URLs; use the template "custom" for another`)
  }
  if (template.keyRequired && key === '') throw invalid(`${name} needs a stream key`)
  checkDestination(url, key, protocol)
  if (protocol !== 'srt' && (passphrase !== '' || aim.latencyMs !== null))
    throw invalid(`${name} knows no passphrase and no latency: they are SRT's`)
  const { min, max } = passphraseLength
  if (passphrase !== '' && (passphrase.length < min || passphrase.length > max)) {
    throw invalid(`A passphrase of SRT has ${min} to ${max} characters`)
  }
  if (protocol === 'whip' && (aim.rendition !== 'source' || aim.audioTrack !== null)) {
    throw invalid('WHIP is sent the source, made fit for WebRTC: a rendition or audio track cannot be chosen')
  }
  const certificate = readCertificateTrust(aim.certificate)
  if (certificate !== 'system' && !/^(rtmps|https):/.test(url)) throw invalid('Only rtmps:// and https:// URLs have a certificate')
  return { ...aimOf(aim), url, certificate, latencyMs: protocol === 'srt' ? (aim.latencyMs ?? usualLatencyMs) : null }
}

function invalid(message: string): AppError {
  return new AppError('destination.address_invalid', message)
}
