import { t } from './messages.ts'

interface Track {
  readonly id: string
  readonly name: string
}

/** True while nobody has called it something else: the host names tracks in English, by their number. */
const isPlain = ({ id, name }: Track): boolean => name === id || name.toLowerCase() === `track ${id}`

/** A track in a list of tracks: its number, and the name that somebody gave it. */
export const trackEntry = (track: Track): string => (isPlain(track) ? t.track(track.id) : `${track.id} · ${track.name}`)

/** A track by itself, e.g. read aloud. */
export const trackName = (track: Track): string => t.track(isPlain(track) ? track.id : track.name)

/** What the field for a track's name has. */
export const trackField = (track: Track): string => (isPlain(track) ? t.track(track.id) : track.name)
