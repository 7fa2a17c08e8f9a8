import type { Kysely } from 'kysely'

/** Row of table `stream`; times are ISO 8601. */
export interface StreamRow {
  id: string
  name: string
  title: string
  state: string
  error_code: string | null
  error_message: string | null
  demo: number
  created_at: string
  started_at: string | null
  ended_at: string | null
  /** JSON of the newest tracks without their configuration: what its slate must fit. */
  tracks: string
}

/** Row of table `stream_key`; `hash` is the SHA-256 of the key in hexadecimal. */
export interface StreamKeyRow {
  id: string
  stream: string
  label: string
  hash: string
  hint: string
  enabled: number
  on_second_publisher: string
  /** JSON of the key's limits. */
  limits: string
  on_over_limit: string
  role: string
  same_address_only: number
  restart_window_ms: number
  created_at: string
  rotated_at: string | null
  revoked_at: string | null
  last_used_at: string | null
}

/** Row of table `access_rule`: `scope` is `host` or `stream:NAME`, `rules` is JSON. */
export interface AccessRuleRow {
  scope: string
  rules: string
}

/** Row of table `playback_key`: a shared secret (encrypted) or a public key (PEM). */
export interface PlaybackKeyRow {
  id: string
  label: string
  sealed: string | null
  public_key: string | null
  created_at: string
}

/** Row of tables `hook` and `alert_rule`; `settings` is JSON. */
export interface HookRow {
  id: string
  created_at: string
  sealed: string
  /** The whole URL in the secret box's form, if it contains secrets; that of `settings` is masked then. */
  sealed_url: string | null
  settings: string
}

export interface AlertRuleRow {
  id: string
  created_at: string
  settings: string
}

/** Row of table `alert_channel`; how it is reached, as encrypted JSON. */
export interface AlertChannelRow {
  id: string
  created_at: string
  sealed: string
}

/** Row of table `destination`; `url` is masked where `sealed_url` is set; `sealed_url`, `sealed_key` and `sealed_passphrase` are in the secret box's form; `latency_ms` of SRT alone; `limited`: an editor named the URL. */
export interface DestinationRow {
  id: string
  stream: string
  label: string
  template: string
  url: string
  sealed_url: string | null
  sealed_key: string | null
  key_hint: string | null
  enabled: number
  rendition: string
  audio_track: string | null
  created_at: string
  sealed_passphrase: string | null
  certificate: string
  latency_ms: number | null
  limited: number
  /** Started (1) or stopped (0) by somebody while the stream is live; null: as `enabled` says. */
  by_hand: number | null
}

/** Row of table `recording`: one file each. `path` is below the folder of recordings; `tracks` is JSON; times are ISO 8601. */
export interface RecordingRow {
  id: string
  stream_id: string
  stream: string
  title: string
  session: string
  number: number
  state: string
  error_code: string | null
  error_message: string | null
  container: string
  file_name: string
  path: string
  started_at: string
  timeline_ms: number
  duration_ms: number
  bytes: number
  tracks: string
  kept: number
  deleted_at: string | null
  poster: number
  sprites: number
  published: number
}

/** Row of table `recording_rule`: JSON by stream name; the default is under '', retention under '*retention'. */
export interface RecordingRuleRow {
  stream: string
  rule: string
}

/** Row of table `stream_dvr`: the rewind window of a stream where it is not the host's default. */
export interface StreamDvrRow {
  stream: string
  window_ms: number
}

/** Row of table `clip`: what is kept of a clip, as JSON. */
export interface ClipRow {
  id: string
  created_at: string
  clip: string
}

/** Row of table `rendition_preset`; `settings` is JSON. */
export interface RenditionPresetRow {
  id: string
  settings: string
  created_at: string
}

/** Row of table `rendition_choice`: what is made of the stream of that name, as JSON. */
export interface RenditionChoiceRow {
  stream: string
  choice: string
}

/** Row of table `udp_input`. */
export interface UdpInputRow {
  id: string
  stream: string
  url: string
  created_at: string
}

/** Row of table `slate`; `file` is a name in the data folder's `slates`. */
export interface SlateRow {
  id: string
  label: string
  file: string
  bytes: number
  created_at: string
}

/** Row of table `stream_slate`: what a stream shows while its publisher is away. */
export interface StreamSlateRow {
  stream: string
  slate: string
  lasts: string
}

/** Row of table `source`; the URL is encrypted. */
export interface SourceRow {
  id: string
  stream: string
  sealed_url: string
  on_demand: number
  enabled: number
  created_at: string
}

/** Row of table `viewer_run`: a run of a stream as its viewers had it, as JSON. */
export interface ViewerRunRow {
  id: string
  stream: string
  started_at: string
  run: string
}

/** Row of table `viewer_session`: a session that has ended, as JSON. */
export interface ViewerSessionRow {
  id: string
  stream: string
  run: string
  ended_at: string
  session: string
}

export interface LiveTables {
  viewer_run: ViewerRunRow
  viewer_session: ViewerSessionRow
  udp_input: UdpInputRow
  slate: SlateRow
  stream_slate: StreamSlateRow
  source: SourceRow
  destination: DestinationRow
  access_rule: AccessRuleRow
  playback_key: PlaybackKeyRow
  hook: HookRow
  alert_rule: AlertRuleRow
  alert_channel: AlertChannelRow
  clip: ClipRow
  recording: RecordingRow
  recording_rule: RecordingRuleRow
  stream_dvr: StreamDvrRow
  rendition_preset: RenditionPresetRow
  rendition_choice: RenditionChoiceRow
  stream: StreamRow
  stream_key: StreamKeyRow
}

export type LiveDatabase = Kysely<LiveTables>

/** Where writes go that must not hold up the program; the platform's write queue. */
export interface Writes {
  enqueue(what: string, write: () => Promise<void>): void
}
