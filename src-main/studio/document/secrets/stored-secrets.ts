import { AppError } from '../../../platform/errors.ts'
import { isMaskedUrl, maskUrl, originOf, unmaskUrl } from '../../../platform/outbound/url-secrets.ts'
import { isRecord } from '../../../platform/routes/schema-faults.ts'
import type { Collection } from '../collection.ts'
import type { CollectionKinds, KindOfSettings } from '../collection-kinds.ts'
import { type CollectionSecret, hiddenSecret, mapPart, mapSecrets, type Owner } from './settings-secrets.ts'

/**
 * Places of stored secrets that a change of an output or source would send elsewhere: those that it does not bring along, where it names
 * another kind, protocol, host, port or certificate. A URL brings its secrets along.
 */
export function secretsElsewhere(
  before: object,
  after: object,
  changes: object,
  kindOf: (kind: string) => KindOfSettings | undefined,
): readonly string[] {
  if (sameTarget(before, after)) return []
  const brought = new Set<string>()
  const kept: string[] = []
  const { settings } = changes as Owner
  mapPart({ kind: (after as Owner).kind, settings: isRecord(settings) ? settings : {} }, kindOf, (secret, place) => {
    brought.add(place)
    return secret
  })
  mapPart(after, kindOf, (secret, place, kind) => {
    if (kind === 'text' && !brought.has(place)) kept.push(place)
    return secret
  })
  return kept
}

/** The error of places whose secret must be sent again. */
export function secretNeeded(places: readonly string[]): AppError {
  return new AppError(
    'secret.needed',
    `${places.join(', ')}: the stored secret was entered for another kind, protocol, host, port or certificate`,
    {
      details: { places },
    },
  )
}

export interface RestoredSecrets<T> {
  readonly document: T
  /** Places that were sent hidden and had no secret before. */
  readonly missing: readonly string[]
  /** Places whose secret would go to another kind, protocol, host, port or certificate than the one that it was entered for. */
  readonly elsewhere: readonly string[]
}

/** Puts back secrets that were sent back hidden, from what was there before. */
export function restoreSecrets<T>(document: T, before: Collection, kinds: CollectionKinds): RestoredSecrets<T> {
  const known = new Map<string, CollectionSecret>()
  mapSecrets(before, kinds, (found) => {
    known.set(`${found.owner} ${found.place}`, found)
    // entries of a list have other places once they are moved
    if (found.kind === 'url') known.set(`${found.owner} ${maskUrl(found.secret)}`, found)
    return found.secret
  })
  const missing: string[] = []
  const elsewhere: string[] = []
  const reject = (stored: CollectionSecret | undefined, owner: string, place: string): undefined => {
    const places = stored === undefined ? missing : elsewhere
    places.push(`${owner}/${place.replaceAll('.', '/')}`)
  }
  const restored = mapSecrets(document, kinds, ({ secret, kind, owner, place, part }) => {
    if (kind === 'url' ? !isMaskedUrl(secret) : secret !== hiddenSecret) return secret
    const atPlace = known.get(`${owner} ${place}`)
    if (kind === 'url') {
      const stored = atPlace !== undefined && maskUrl(atPlace.secret) === secret ? atPlace : (known.get(`${owner} ${secret}`) ?? atPlace)
      return unmaskUrl(secret, stored?.secret ?? '') ?? reject(stored, owner, place)
    }
    return atPlace !== undefined && sameTarget(atPlace.part, part) ? atPlace.secret : reject(atPlace, owner, place)
  })
  return { document: restored, missing, elsewhere }
}

function sameTarget(before: Owner, after: Owner): boolean {
  return targetOf(before) === targetOf(after) && !trustsAnother(before, after)
}

/**
 * Whether another certificate is accepted than before: somebody between us and the server could then read the secret. Going back to the
 * authorities of this machine needs no secret.
 */
function trustsAnother(before: Owner, after: Owner): boolean {
  const trusted = certificateOf(after)
  return trusted !== 'system' && trusted !== certificateOf(before)
}

function certificateOf({ settings }: Owner): unknown {
  return isRecord(settings) ? (settings.certificate ?? 'system') : 'system'
}

/** Where an output or source sends its secrets: its kind, and protocol, host and port of each URL in its settings. */
function targetOf({ kind, settings }: Owner): string {
  const texts = isRecord(settings) ? Object.values(settings) : []
  return JSON.stringify([kind, ...texts.flatMap((text) => (typeof text === 'string' ? (originOf(text) ?? []) : [])).sort()])
}
