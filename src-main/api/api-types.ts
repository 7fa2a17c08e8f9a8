/**
 * Made from the routes of a host by `node src-main/host/print-api-types.ts`: do not edit by hand. Routes that change without this file
 * fail a test. `typed-api.ts` reads it.
 */

/** Queries, bodies and answers by the URLs of the routes below /api/v1, segment by segment; `*` is a parameter. */
export interface ApiTypes {
  audit: {
    GET: { query: { stream?: string | undefined; kind?: string | undefined; about?: 'administration' | 'streams' | 'viewers' | undefined; cursor?: string | undefined; limit?: number | undefined }; answer: { items: { id: number; time: string; about: 'administration' | 'streams' | 'viewers'; kind: string; message: string; streamId?: string; streamName?: string; sessionId?: string; remoteAddress?: string; actor?: string; code?: string; data?: Record<string, unknown> }[]; nextCursor: string | null } }
  }
  automation: {
    log: {
      GET: { query: { cursor?: string | undefined; limit?: number | undefined }; answer: { items: { id: string; time: string; rule: string; name: string; result: 'ran' | 'failed' | 'cancelled' | 'skipped' | 'cut' | 'dry-run'; because: string; detail: string | null; durationMs: number | null; count: number }[]; nextCursor: string | null } }
    }
    rules: {
      GET: { answer: { items: AutomationRulesItem[]; nextCursor: null } }
      POST: { body: { name: string; settings: AutomationRulesPostBodySettings; actions: readonly { do: string }[] }; answer: AutomationRulesItem }
      '*': {
        PATCH: { body: { name?: string | undefined; settings?: AutomationRulesPostBodySettings | undefined; actions?: readonly { do: string }[] | undefined }; answer: AutomationRulesItem }
        DELETE: { answer: undefined }
        cancel: {
          POST: { answer: undefined }
        }
        'dry-run': {
          POST: { answer: { blocked: string | null; conditions: { condition: AutomationRulesItemSettingsConditionsItem6; met: boolean; because: string }[]; actions: { action: { do: string }; problem: string | null }[] } }
        }
        run: {
          POST: { answer: AutomationRulesItem }
        }
      }
    }
    variables: {
      GET: { answer: { items: { name: string; value: string | number | boolean }[]; nextCursor: null } }
      '*': {
        PUT: { body: { value: string | number | boolean | null }; answer: undefined }
      }
    }
    webhooks: {
      GET: { answer: { items: AutomationWebhooksItem[]; nextCursor: null } }
      POST: { body: { name: string }; answer: { webhook: AutomationWebhooksItem; url: string } }
      '*': {
        DELETE: { answer: undefined }
        calls: {
          POST: { query: { token: string }; answer: { rules: number } }
        }
      }
    }
  }
  desktop: {
    consents: {
      GET: { answer: { items: { id: string; display: string; name: string; rights: ('see' | 'control' | 'clipboard' | 'files' | 'audio' | 'microphone' | 'camera' | 'record')[]; expiresAt: string }[]; nextCursor: null } }
      '*': {
        POST: { body: { allowed: boolean }; answer: undefined }
      }
    }
    displays: {
      GET: { answer: DesktopDisplays }
      POST: { body: DesktopDisplaysPostBody; answer: DesktopDisplaysItem }
      '*': {
        GET: { answer: DesktopDisplaysItem }
        PATCH: { body: { name?: string | undefined; endAfterMinutes?: number | null | undefined; locksOnLeave?: boolean | undefined; startsWithHost?: boolean | undefined; scale?: 1 | 1.25 | 1.5 | 2 | undefined; monitors?: readonly { x: number; y: number; width: number; height: number }[] | undefined; privacy?: { blanks?: boolean | undefined; blocksInput?: boolean | undefined } | undefined }; answer: DesktopDisplaysItem }
        DELETE: { answer: undefined }
        attendees: {
          GET: { answer: DesktopDisplaysAttendees }
          '*': {
            PATCH: { body: { rights: readonly ('see' | 'control' | 'clipboard' | 'files' | 'audio' | 'microphone' | 'camera' | 'record')[] }; answer: DesktopDisplaysAttendees }
            DELETE: { answer: undefined }
          }
        }
        files: {
          GET: { query: { path?: string | undefined }; answer: DesktopDisplaysFiles }
          content: {
            GET: { query: { path?: string | undefined }; answer: undefined }
          }
          copied: {
            GET: { answer: DesktopDisplaysFilesCopied }
            content: {
              GET: { query: { copied: number }; answer: undefined }
            }
          }
          offered: {
            POST: { body: { paths: readonly string[] }; answer: undefined }
          }
          uploads: {
            POST: { body: { path: string; bytes: number }; answer: PostDesktopDisplaysFilesUploads }
            '*': {
              GET: { answer: PostDesktopDisplaysFilesUploads }
              DELETE: { answer: undefined }
              bytes: {
                PUT: { query: { offset: number }; answer: PostDesktopDisplaysFilesUploads }
              }
            }
          }
        }
        grants: {
          GET: { answer: { items: DesktopDisplaysGrantsItem[]; nextCursor: null } }
          '*': {
            PUT: { body: { rights: readonly ('see' | 'control' | 'clipboard' | 'files' | 'audio' | 'microphone' | 'camera' | 'record')[]; expiresAt?: string | null | undefined }; answer: DesktopDisplaysGrantsItem }
            DELETE: { answer: undefined }
          }
        }
        invitations: {
          GET: { answer: { items: DesktopDisplaysInvitationsItem[]; nextCursor: null } }
          POST: { body: { rights: readonly ('see' | 'control' | 'clipboard' | 'files' | 'audio' | 'microphone' | 'camera' | 'record')[]; once?: boolean | undefined; asks?: boolean | undefined; separate?: { command?: readonly string[] | null | undefined; width?: number | undefined; height?: number | undefined; endAfterMinutes?: number | undefined; maxDisplays?: number | undefined } | undefined; expiresInMinutes?: number | undefined }; answer: { invitation: DesktopDisplaysInvitationsItem; url: string } }
          '*': {
            DELETE: { answer: undefined }
          }
        }
        live: {
          GET: { answer: DesktopDisplaysLive }
          POST: { body: { stream?: string | undefined; audio?: boolean | undefined }; answer: DesktopDisplaysLive }
          DELETE: { answer: DesktopDisplaysLive }
        }
        programs: {
          POST: { body: { command: readonly string[] }; answer: undefined }
        }
        recording: {
          GET: { answer: DesktopDisplaysRecording }
          POST: { answer: DesktopDisplaysRecording }
          DELETE: { answer: DesktopDisplaysRecording }
        }
        'recording-rule': {
          PUT: { body: { whileControlled: boolean }; answer: DesktopDisplaysRecording }
        }
        screenshot: {
          GET: { query: { width?: number | undefined; height?: number | undefined }; answer: undefined }
        }
        unlock: {
          POST: { body: { code: string }; answer: undefined }
        }
      }
    }
    guest: {
      GET: { answer: unknown }
    }
    invitations: {
      join: {
        POST: { body: { key: string; name: string }; answer: { guest: string } }
      }
      read: {
        POST: { body: { key: string }; answer: { display: string; separate: boolean; invitedBy: string; rights: ('see' | 'control' | 'clipboard' | 'files' | 'audio' | 'microphone' | 'camera' | 'record')[]; once: boolean; expiresAt: string } }
      }
    }
    portal: {
      GET: { answer: { available: boolean; remembers: boolean } }
    }
    reach: {
      GET: { answer: { checks: { code: 'bind-loopback' | 'bind-open' | 'udp-off' | 'udp-loopback' | 'udp-open' | 'udp-private' | 'stun-none' | 'stun-silent' | 'stun-sees' | 'stun-differs' | 'turn-none' | 'turn-silent' | 'turn-answers'; state: 'good' | 'note' | 'problem'; value: string; message: string }[]; iceServers: { urls: string; username?: string; credential?: string }[] } }
    }
    recordings: {
      GET: { query: { display?: string | undefined; deleted?: boolean | undefined; cursor?: string | undefined; limit?: number | undefined }; answer: { items: DesktopRecordingsItem[]; nextCursor: string | null } }
      '*': {
        DELETE: { query: { permanently?: boolean | undefined }; answer: undefined }
        GET: { answer: DesktopRecordingsItem }
        PATCH: { body: { title?: string | undefined; kept?: boolean | undefined }; answer: DesktopRecordingsItem }
        file: {
          GET: { query: { download?: boolean | undefined }; answer: undefined }
        }
        restore: {
          POST: { answer: DesktopRecordingsItem }
        }
        'thumbnail.jpg': {
          GET: { answer: undefined }
        }
        titles: {
          GET: { answer: { titles: { atMs: number; title: string }[] } }
        }
      }
    }
    requirements: {
      GET: { answer: { items: { name: 'x11' | 'xorg' | 'lightDesktop' | 'terminal' | 'wayland' | 'waylandTerminal' | 'xwayland' | 'audio' | 'portal'; available: boolean; found: string[]; missing: string[]; commands: string[] }[]; nextCursor: null } }
    }
    'second-factor': {
      GET: { answer: { enrolled: boolean; needed: boolean } }
      POST: { answer: { secret: string; uri: string } }
      DELETE: { answer: { enrolled: boolean; needed: boolean } }
      prove: {
        POST: { body: { code: string }; answer: { enrolled: boolean; needed: boolean } }
      }
    }
    'second-factors': {
      '*': {
        DELETE: { answer: undefined }
      }
    }
    session: {
      GET: { query: { display: string }; answer: unknown }
    }
    users: {
      GET: { answer: { items: { name: string }[]; nextCursor: null; own: string | null; problem: string | null } }
    }
    visits: {
      '*': {
        files: {
          GET: { query: { path?: string | undefined }; answer: DesktopDisplaysFiles }
          content: {
            GET: { query: { path?: string | undefined }; answer: undefined }
          }
          copied: {
            GET: { answer: DesktopDisplaysFilesCopied }
            content: {
              GET: { query: { copied: number }; answer: undefined }
            }
          }
          offered: {
            POST: { body: { paths: readonly string[] }; answer: undefined }
          }
          uploads: {
            POST: { body: { path: string; bytes: number }; answer: PostDesktopDisplaysFilesUploads }
            '*': {
              GET: { answer: PostDesktopDisplaysFilesUploads }
              DELETE: { answer: undefined }
              bytes: {
                PUT: { query: { offset: number }; answer: PostDesktopDisplaysFilesUploads }
              }
            }
          }
        }
      }
    }
  }
  'editor-reach': {
    GET: { answer: EditorReach }
    PATCH: { body: { folders?: readonly string[] | undefined; hosts?: readonly string[] | undefined }; answer: EditorReach }
  }
  events: {
    GET: { query: { since?: number | undefined; run?: string | undefined; topics?: string | undefined }; answer: { seq: number; time: string; topic: string; stream?: string; data: unknown } }
  }
  health: {
    GET: { answer: { status: 'ok' | 'degraded'; problems: { code: string; message: string; remedy: string }[]; version: string; uptimeMs: number; startedAt: string } }
    figures: {
      GET: { answer: { everyMs: number; cores: number; memoryBytes: number; times: number[]; values: Record<string, (number | null)[]>; names: Record<string, string>; marks: { timeMs: number; kind: 'scene' | 'output-failed' | 'output-recovered' | 'overload' | 'process' | 'clock'; name: string }[]; processes: { pid: number; name: string; of: string | null; cpu: number; memoryBytes: number }[] } }
    }
    findings: {
      GET: { answer: { items: { id: string; code: string; severity: 'info' | 'warning' | 'error'; since: string; params: Record<string, string | number>; about: { kind: 'source' | 'output' | 'stream' | 'destination' | 'process' | 'disk' | 'track'; id: string; name: string } | null; fixes: { at: string; changes: Record<string, unknown> }[]; passing: boolean }[] } }
      dismiss: {
        POST: { body: { id: string }; answer: undefined }
      }
    }
    log: {
      GET: { query: { level?: 'debug' | 'info' | 'warn' | 'error' | undefined; part?: string | undefined; text?: string | undefined; before?: number | undefined; limit?: number | undefined; format?: 'json' | 'text' | undefined }; answer: { items: { id: number; timeMs: number; level: 'debug' | 'info' | 'warn' | 'error'; part: string; message: string; fields: string }[] } }
    }
    report: {
      GET: { answer: unknown }
    }
  }
  host: {
    GET: { answer: { version: string; node: string; platform: string; pid: number; run: string; startedAt: string; dataDir: string; bind: string; addresses: { url: string; httpsUrl: string | null; rtmpUrl: string; rtmpsUrl: string | null; srtUrl: string | null }; ports: { http: number; https: number | null; rtmp: number; rtmps: number | null }; auth: { mode: string; signInRequired: boolean }; limits: Record<string, number>; engine: { present: boolean }; acme: { names: string[]; state: 'ordering' | 'valid' | 'failed'; expiresAt: string | null; nextAt: string | null; problem: { code: string; message: string; remedy: string } | null } | null; certificate: { selfMade: boolean; expiresAt: string; fingerprint: string } | null; storage: { waitingWrites: number; failedWrites: number; lostWrites: number } } }
  }
  live: {
    access: {
      GET: { answer: LiveAccess }
      PUT: { body: { play: { allow: readonly string[]; deny: readonly string[] }; publish: { allow: readonly string[]; deny: readonly string[] } }; answer: LiveAccess }
    }
    'alert-channels': {
      GET: { answer: { items: LiveAlertChannelsItem[]; nextCursor: null } }
      POST: { body: { kind: 'webhook'; label: string; url: string } | { kind: 'slack'; label: string; url: string } | { kind: 'email'; label: string; to: readonly string[]; from: string; host: string; port: number; security: 'tls' | 'starttls' | 'none'; user?: string | undefined; password?: string | undefined }; answer: LiveAlertChannelsItem }
      '*': {
        DELETE: { answer: undefined }
        test: {
          POST: { answer: undefined }
        }
      }
    }
    'alert-rules': {
      GET: { answer: { items: LiveAlertRulesItem[]; nextCursor: null } }
      POST: { body: { kind: 'publisher-lost' | 'no-keyframe' | 'bitrate-collapse' | 'av-drift' | 'frames-dropped' | 'encoder-behind' | 'destination-failed' | 'disk-low' | 'attack'; stream?: string | null | undefined; threshold?: number | null | undefined; holdS?: number | undefined; channels?: readonly string[] | undefined; enabled?: boolean | undefined }; answer: LiveAlertRulesItem }
      '*': {
        PATCH: { body: { stream?: string | null | undefined; threshold?: number | null | undefined; holdS?: number | undefined; channels?: readonly string[] | undefined; enabled?: boolean | undefined }; answer: LiveAlertRulesItem }
        DELETE: { answer: undefined }
      }
    }
    alerts: {
      GET: { answer: { items: { id: string; ruleId: string; kind: 'publisher-lost' | 'no-keyframe' | 'bitrate-collapse' | 'av-drift' | 'frames-dropped' | 'encoder-behind' | 'destination-failed' | 'disk-low' | 'attack'; stream: string | null; message: string; raisedAt: string; resolvedAt: string | null }[]; nextCursor: null } }
    }
    clips: {
      GET: { query: LiveClipsGetQuery; answer: { items: LiveClipsItem[]; nextCursor: string | null } }
      '*': {
        DELETE: { query: { permanently?: boolean | undefined }; answer: undefined }
        GET: { answer: LiveClipsItem }
        PATCH: { body: { title?: string | undefined; published?: boolean | undefined }; answer: LiveClipsItem }
        file: {
          GET: { query: { download?: boolean | undefined }; answer: undefined }
        }
        restore: {
          POST: { answer: LiveClipsItem }
        }
        'thumbnail.jpg': {
          GET: { answer: undefined }
        }
      }
    }
    demo: {
      GET: { answer: LiveDemo }
      POST: { body: { name?: string | undefined }; answer: LiveDemo }
      DELETE: { answer: LiveDemo }
    }
    'destination-templates': {
      GET: { answer: { items: { id: 'youtube' | 'twitch' | 'facebook' | 'kick' | 'custom' | 'srt' | 'whip'; name: string; protocol: 'rtmp' | 'srt' | 'whip'; servers: { label: string; url: string }[]; urlEditable: boolean; urlLooksLike: string; keyName: string; keyRequired: boolean; keyLooksLike: string; limits: string; videoCodecs: string[] | null; audioCodecs: string[] | null }[]; nextCursor: null } }
    }
    destinations: {
      GET: { answer: LiveDestinations }
    }
    encoders: {
      GET: { answer: LiveEncoders }
      measure: {
        POST: { answer: LiveEncoders }
      }
    }
    hooks: {
      GET: { answer: { items: LiveHooksItem[]; nextCursor: null } }
      POST: { body: { label: string; url: string; events: readonly ('publish' | 'play' | 'stream.live' | 'stream.lost' | 'stream.returned' | 'stream.ended' | 'play.ended' | 'recording.completed' | 'alert')[]; stream?: string | null | undefined; enabled?: boolean | undefined; timeoutMs?: number | undefined; onFailure?: 'refuse' | 'allow' | undefined }; answer: { hook: LiveHooksItem; secret: string } }
      '*': {
        PATCH: { body: { label?: string | undefined; url?: string | undefined; events?: readonly ('publish' | 'play' | 'stream.live' | 'stream.lost' | 'stream.returned' | 'stream.ended' | 'play.ended' | 'recording.completed' | 'alert')[] | undefined; stream?: string | null | undefined; enabled?: boolean | undefined; timeoutMs?: number | undefined; onFailure?: 'refuse' | 'allow' | undefined }; answer: LiveHooksItem }
        DELETE: { answer: undefined }
        deliveries: {
          GET: { answer: { items: { id: string; event: 'publish' | 'play' | 'stream.live' | 'stream.lost' | 'stream.returned' | 'stream.ended' | 'play.ended' | 'recording.completed' | 'alert'; time: string; state: 'waiting' | 'delivered' | 'failed'; attempts: number; status: number | null; error: string | null; durationMs: number | null; nextAttemptAt: string | null }[]; nextCursor: null } }
          '*': {
            again: {
              POST: { answer: undefined }
            }
          }
        }
        test: {
          POST: { answer: { status: number | null; error: string | null; durationMs: number } }
        }
      }
    }
    'ice-servers': {
      GET: { query: { session?: string | undefined }; answer: { iceServers: { urls: string; username?: string; credential?: string }[] } }
    }
    keys: {
      GET: { query: { cursor?: string | undefined; limit?: number | undefined }; answer: { items: LiveKeysItem[]; nextCursor: string | null } }
      POST: { body: { stream: string; label?: string | undefined; role?: 'primary' | 'backup' | undefined; onSecondPublisher?: 'refuse' | 'takeover' | 'backup' | undefined; sameAddressOnly?: boolean | undefined; restartWindowMs?: number | undefined; limits?: LiveKeysPostBodyLimits | undefined; onOverLimit?: 'refuse' | 'transcode' | undefined }; answer: PostLiveKeys }
      '*': {
        PATCH: { body: { label?: string | undefined; enabled?: boolean | undefined; role?: 'primary' | 'backup' | undefined; onSecondPublisher?: 'refuse' | 'takeover' | 'backup' | undefined; sameAddressOnly?: boolean | undefined; restartWindowMs?: number | undefined; limits?: LiveKeysPostBodyLimits | undefined; onOverLimit?: 'refuse' | 'transcode' | undefined }; answer: LiveKeysItem }
        DELETE: { answer: LiveKeysItem }
        rotate: {
          POST: { answer: PostLiveKeys }
        }
      }
    }
    'playback-keys': {
      GET: { answer: { items: LivePlaybackKeysItem[]; nextCursor: null } }
      POST: { body: { label: string; publicKey?: string | undefined }; answer: { key: LivePlaybackKeysItem; secret: string | null } }
      '*': {
        DELETE: { answer: undefined }
      }
    }
    presets: {
      GET: { answer: { items: LivePresetsItem[] } }
      POST: { body: { name: string; codec: 'h264' | 'hevc' | 'av1'; speed: 'fastest' | 'fast' | 'fine'; bFrames: 0 | 3; rungs: readonly { height: number; kbps: number }[] }; answer: LivePresetsItem }
      '*': {
        PATCH: { body: { name?: string | undefined; codec?: 'h264' | 'hevc' | 'av1' | undefined; speed?: 'fastest' | 'fast' | 'fine' | undefined; bFrames?: 0 | 3 | undefined; rungs?: readonly { height: number; kbps: number }[] | undefined }; answer: LivePresetsItem }
        DELETE: { answer: undefined }
      }
    }
    'preview-pass': {
      POST: { answer: { session: string } }
    }
    'publish-addresses': {
      GET: { answer: PostLiveKeysPublish }
    }
    'recording-retention': {
      GET: { answer: LiveRecordingRetention }
      PUT: { body: LiveRecordingRetention; answer: LiveRecordingRetention }
    }
    'recording-rule': {
      GET: { answer: LiveRecordingRule }
      PUT: { body: LiveRecordingRulePutBody; answer: LiveRecordingRule }
    }
    recordings: {
      GET: { query: LiveClipsGetQuery; answer: { items: LiveRecordingsItem[]; nextCursor: string | null } }
      '*': {
        DELETE: { query: { permanently?: boolean | undefined }; answer: undefined }
        GET: { answer: LiveRecordingsItem }
        PATCH: { body: { title?: string | undefined; kept?: boolean | undefined; published?: boolean | undefined }; answer: LiveRecordingsItem }
        file: {
          GET: { query: { download?: boolean | undefined }; answer: undefined }
        }
        restore: {
          POST: { answer: LiveRecordingsItem }
        }
        'sprites.jpg': {
          GET: { answer: undefined }
        }
        'sprites.vtt': {
          GET: { answer: undefined }
        }
        'thumbnail.jpg': {
          GET: { answer: undefined }
        }
      }
    }
    slates: {
      GET: { answer: { items: LiveSlatesItem[] } }
      POST: { body: { label: string; data: string }; answer: LiveSlatesItem }
      '*': {
        DELETE: { answer: undefined }
      }
    }
    sources: {
      GET: { answer: { items: LiveSourcesItem[]; nextCursor: null } }
      POST: { body: { stream: string; url: string; when?: 'always' | 'on-demand' | undefined; enabled?: boolean | undefined }; answer: LiveSourcesItem }
      '*': {
        PATCH: { body: { url?: string | undefined; when?: 'always' | 'on-demand' | undefined; enabled?: boolean | undefined }; answer: LiveSourcesItem }
        DELETE: { answer: undefined }
        retry: {
          POST: { answer: LiveSourcesItem }
        }
      }
    }
    'srt-connections': {
      GET: { answer: { items: { id: string; role: 'publish' | 'play'; streamId: string; streamName: string; remoteAddress: string; encrypted: boolean; rttMs: number; latencyMs: number; packets: number; bytes: number; lost: number; retransmitted: number; dropped: number }[] } }
    }
    streams: {
      GET: { query: { cursor?: string | undefined; limit?: number | undefined }; answer: { items: LiveStreamsItem[]; nextCursor: string | null } }
      '*': {
        GET: { answer: LiveStreamsItem }
        PATCH: { body: { title: string }; answer: LiveStreamsItem }
        DELETE: { answer: undefined }
        access: {
          GET: { answer: LiveStreamsAccess }
          PUT: { body: { mode: 'open' | 'signed'; allow: readonly string[]; deny: readonly string[] }; answer: LiveStreamsAccess }
        }
        'clip-window': {
          GET: { answer: { originTimeMs: number; fromMs: number; toMs: number; frameMs: number | null; seamsMs: number[] } }
        }
        clips: {
          POST: { body: { from?: number | string | undefined; to?: number | string | undefined; lastSeconds?: number | undefined; title?: string | undefined; rendition?: string | undefined }; answer: LiveClipsItem }
        }
        destinations: {
          GET: { answer: LiveDestinations }
          POST: { body: { template: 'youtube' | 'twitch' | 'facebook' | 'kick' | 'custom' | 'srt' | 'whip'; label?: string | undefined; url?: string | undefined; key?: string | undefined; enabled?: boolean | undefined; rendition?: string | undefined; audioTrack?: string | null | undefined; passphrase?: string | undefined; certificate?: string | undefined; latencyMs?: number | undefined }; answer: LiveDestinationsItem }
          '*': {
            GET: { answer: LiveDestinationsItem }
            PATCH: { body: { label?: string | undefined; url?: string | undefined; key?: string | undefined; enabled?: boolean | undefined; rendition?: string | undefined; audioTrack?: string | null | undefined; passphrase?: string | undefined; certificate?: string | undefined; latencyMs?: number | undefined }; answer: LiveDestinationsItem }
            DELETE: { answer: undefined }
            restore: {
              POST: { answer: LiveDestinationsItem }
            }
            retry: {
              POST: { answer: LiveDestinationsItem }
            }
            start: {
              POST: { answer: LiveDestinationsItem }
            }
            stop: {
              POST: { answer: LiveDestinationsItem }
            }
          }
        }
        dvr: {
          GET: { answer: LiveStreamsDvr }
          PUT: { body: { windowMs: number | null }; answer: LiveStreamsDvr }
        }
        end: {
          POST: { answer: LiveStreamsItem }
        }
        health: {
          GET: { answer: { samples: LiveStreamsItemPublishersItemHealth[] } }
        }
        kick: {
          POST: { answer: LiveStreamsItem }
        }
        recording: {
          GET: { answer: LiveStreamsRecording }
          POST: { answer: LiveStreamsRecording }
          DELETE: { answer: LiveStreamsRecording }
        }
        'recording-rule': {
          GET: { answer: LiveStreamsRecordingRule }
          PUT: { body: LiveRecordingRulePutBody; answer: LiveStreamsRecordingRule }
          DELETE: { answer: LiveStreamsRecordingRule }
        }
        renditions: {
          GET: { answer: LiveStreamsRenditions }
          PUT: { body: { mode: 'off' | 'auto' | 'preset'; preset?: string | null | undefined; heights?: readonly number[] | null | undefined }; answer: LiveStreamsRenditions }
        }
        sessions: {
          GET: { query: { cursor?: string | undefined; limit?: number | undefined }; answer: { items: LiveStreamsSessionsItem[]; nextCursor: string | null } }
        }
        'signed-addresses': {
          POST: { body: { expiresInS?: number | undefined; address?: string | undefined }; answer: { token: string; expiresAt: string; watchUrl: string; hlsUrl: string; dashUrl: string } }
        }
        slate: {
          GET: { answer: { slate: string; lasts: 'window' | 'unlimited' } }
          PATCH: { body: { slate?: string | undefined; lasts?: 'window' | 'unlimited' | undefined }; answer: { slate: string; lasts: 'window' | 'unlimited' } }
        }
        switch: {
          POST: { body: { to?: 'primary' | 'backup' | undefined }; answer: LiveStreamsItem }
        }
        viewers: {
          GET: { query: { state?: 'watching' | 'ended' | undefined; cursor?: string | undefined; limit?: number | undefined }; answer: { streamId: string; figures: LiveStreamsViewersFigures; items: LiveStreamsSessionsItem[]; nextCursor: string | null } }
          export: {
            GET: { query: { format?: 'csv' | 'json' | undefined; from?: string | undefined; to?: string | undefined }; answer: { items: unknown[] } }
          }
          history: {
            GET: { query: { from?: string | undefined; to?: string | undefined; step?: number | undefined }; answer: { step: number; samples: LiveStreamsViewersFigures[] } }
          }
          runs: {
            GET: { query: { limit?: number | undefined }; answer: { items: { id: string; startedAt: string; endedAt: string | null; total: number; peak: number; watchedMs: number; rebufferRatio: number | null; stalls: number; startupMs: number | null; bytes: number }[] } }
          }
        }
      }
    }
    'udp-inputs': {
      GET: { answer: { items: LiveUdpInputsItem[] } }
      POST: { body: { stream: string; url: string }; answer: LiveUdpInputsItem }
      '*': {
        DELETE: { answer: undefined }
      }
    }
    webrtc: {
      GET: { answer: { enabled: boolean; engine: 'mediasoup' | 'node-datachannel'; running: boolean; port: number | null; abilities: { tcp: boolean; iceLite: boolean; iceRestart: boolean; simulcast: boolean; dataChannels: boolean } | null; sessions: number } }
    }
  }
  network: {
    analytics: {
      traffic: {
        GET: { query: { from?: string | undefined; to?: string | undefined; stepS?: number | undefined; by?: 'all' | 'node' | 'region' | undefined; node?: string | undefined }; answer: { from: string; to: string; stepS: number; times: number[]; series: { id: string; name: string; requestsPerS: (number | null)[]; bitrateOutBps: (number | null)[]; bitrateInBps: (number | null)[]; hitRatio: (number | null)[]; errorRatio: (number | null)[]; p50Ms: (number | null)[]; p95Ms: (number | null)[]; p99Ms: (number | null)[]; connections: (number | null)[]; cpu: (number | null)[]; memory: (number | null)[]; fill: (number | null)[] }[]; totals: { requests: number; bytesIn: number; bytesOut: number; hitRatio: number | null; errors4xx: number; errors5xx: number; p50Ms: number | null; p95Ms: number | null; p99Ms: number | null }; nodes: { id: string; name: string; requests: number; bytesOut: number; hitRatio: number | null; cost: NetworkAnalyticsTrafficNodesItemCost; region: string | null }[]; regions: { id: string; name: string; requests: number; bytesOut: number; hitRatio: number | null; cost: NetworkAnalyticsTrafficNodesItemCost; labels: string[] }[]; costs: { currency: string; amount: number }[]; paths: { name: string; requests: number; bytes: number }[]; referers: { name: string; requests: number; bytes: number }[]; countries: { name: string; requests: number; bytes: number }[]; map: { kind: 'country' | 'region'; id: string; name: string; latitude: number; longitude: number; requests: number; bytesOut: number }[]; devices: { name: string; requests: number; bytes: number }[]; statuses: { name: string; requests: number; bytes: number }[] } }
      }
    }
    attacks: {
      GET: { answer: { items: { id: string; node: string; startedAt: string; endedAt: string | null; route: string; perSecond: number; usualPerSecond: number; pattern: { kind: 'range' | 'agent' | 'path' | 'country'; value: string; share: number }[] }[]; nextCursor: null } }
      settings: {
        GET: { answer: NetworkAttacksSettings }
        PUT: { body: { alarmPercent?: number | undefined; minPerSecond?: number | undefined; block?: boolean | undefined; blockMinutes?: number | undefined; challenge?: 'off' | 'attack' | 'always' | undefined; challengeBits?: number | undefined; passMinutes?: number | undefined }; answer: NetworkAttacksSettings }
      }
    }
    blocks: {
      GET: { answer: { items: { network: string; node: string; perSecond: number; expiresAt: string }[]; nextCursor: null } }
      DELETE: { query: { network: string }; answer: undefined }
    }
    cache: {
      objects: {
        GET: { query: { prefix: string; node?: string | undefined }; answer: { items: { id: string; name: string; state: 'done' | 'away' | 'failed'; reason: string | null; objects: { url: string; site: string; variant: string; type: string; bytes: number; fetchedAt: string; freshUntil: string; state: 'fresh' | 'stale'; tags: string[] }[]; hasMore: boolean }[]; nextCursor: null } }
      }
      purge: {
        POST: { body: { urls?: readonly string[] | undefined; prefixes?: readonly string[] | undefined; patterns?: readonly string[] | undefined; tags?: readonly string[] | undefined; everything?: boolean | undefined; hard?: boolean | undefined; dryRun?: boolean | undefined }; answer: { number: number | null; objects: number; bytes: number; nodes: { id: string; name: string; state: 'done' | 'away' | 'failed'; objects: number; bytes: number; ms: number; reason: string | null }[] } }
      }
      purges: {
        GET: { answer: { items: { number: number; madeAt: string; hard: boolean; selection: { urls?: string[]; prefixes?: string[]; patterns?: string[]; tags?: string[]; everything?: boolean } }[]; nextCursor: null } }
      }
      warm: {
        POST: { body: { urls: readonly string[]; nodes?: readonly string[] | undefined; perSecond?: number | undefined }; answer: PostNetworkCacheWarm }
        GET: { answer: { items: PostNetworkCacheWarm[]; nextCursor: null } }
        '*': {
          GET: { answer: PostNetworkCacheWarm }
          DELETE: { answer: PostNetworkCacheWarm }
        }
      }
    }
    'cloud-machines': {
      GET: { answer: NetworkCloudMachines }
      POST: { body: { provider: string; size: string; region: string; origin?: string | undefined; httpPort?: number | undefined; httpsPort?: number | 'off' | undefined; cache?: boolean | undefined; cacheSize?: string | undefined; publicUrl?: string | undefined; group: string | null }; answer: NetworkCloudMachinesItem }
      '*': {
        destroy: {
          POST: { body: { drainS?: number | undefined; unlist?: boolean | undefined }; answer: NetworkCloudMachinesItem }
        }
      }
      compare: {
        POST: { answer: NetworkCloudMachines }
      }
      'destroy-unknown': {
        POST: { body: { provider: string; providerId: string }; answer: undefined }
      }
    }
    dns: {
      GET: { answer: NetworkDns }
      PUT: { body: { enabled?: boolean | undefined; zone?: string | undefined; name?: string | undefined; ttlS?: number | undefined; listen?: readonly { address: string; port?: number | undefined }[] | undefined; nameServers?: readonly { name: string; addresses: readonly string[] }[] | undefined; secondaries?: readonly { address: string; port?: number | undefined }[] | undefined; geoFile?: string | null | undefined; nodes?: readonly { id: string; country?: string | null | undefined; addresses?: readonly string[] | undefined; weight?: number | undefined }[] | undefined }; answer: NetworkDns }
      secondary: {
        GET: { answer: { configuration: string } }
      }
    }
    drift: {
      GET: { answer: { items: { id: string; name: string; group: string | null; state: 'ok' | 'drifted' | 'unknown'; reason: string; nginx: string | null; differences: { kind: 'program' | 'configuration' | 'own-file' | 'nginx' | 'unit'; text: string }[] }[]; nextCursor: null } }
    }
    edge: {
      link: {
        GET: { answer: unknown }
      }
      register: {
        POST: { body: { token: string; publicKey: string; proof: string; name: string; id?: string | undefined }; answer: { id: string; forwardSecret: string } }
      }
    }
    functions: {
      GET: { answer: { items: NetworkFunctionsItem[]; nextCursor: null } }
      '*': {
        GET: { answer: { name: string; version: number; deployedAt: string; routes: string[]; fetchHosts: string[]; variables: Record<string, string>; secrets: string[]; nodes: NetworkFunctionsItemNodesItem[]; main: string; files: Record<string, string>; versions: { version: number; deployedAt: string; deployedBy: string }[] } }
        PUT: { body: { main?: string | undefined; files: Record<string, string>; fetchHosts?: readonly string[] | undefined; variables?: Record<string, string> | undefined; routes: readonly string[] }; answer: NetworkFunctionsItem }
        DELETE: { answer: undefined }
        log: {
          GET: { answer: { items: { name: string; version: number; at: string; level: 'debug' | 'info' | 'warn' | 'error'; text: string; node: string }[]; nextCursor: null } }
        }
        rollback: {
          POST: { body: { version?: number | undefined }; answer: NetworkFunctionsItem }
        }
        secrets: {
          '*': {
            PUT: { body: { value: string }; answer: NetworkFunctionsItem }
            DELETE: { answer: NetworkFunctionsItem }
          }
        }
      }
      try: {
        POST: { body: { main?: string | undefined; files: Record<string, string>; fetchHosts?: readonly string[] | undefined; variables?: Record<string, string> | undefined; secretsOf?: string | undefined; request: { method?: string | undefined; url: string; headers?: Record<string, string> | undefined; body?: string | undefined } }; answer: { answer: { status: number; headers: string[][]; body: string } | null; fault: null | string; faults: { file: string; line: number; column: number; message: string }[]; lines: { name: string; version: number; at: string; level: 'debug' | 'info' | 'warn' | 'error'; text: string }[]; ms: number } }
      }
    }
    groups: {
      GET: { answer: { items: NetworkGroupsItem[]; nextCursor: null } }
      '*': {
        GET: { answer: NetworkGroupsItem }
        PUT: { body: { configuration: string; changedAt?: string | undefined; first?: number | undefined; atOnce?: number | undefined; watchS?: number | undefined }; answer: PutNetworkGroups }
        DELETE: { answer: undefined }
        preview: {
          POST: { body: { configuration: string }; answer: { lines: { kind: 'same' | 'added' | 'removed'; text: string }[]; changedSecrets: boolean } }
        }
        rollback: {
          POST: { body: { first?: number | undefined; atOnce?: number | undefined; watchS?: number | undefined }; answer: PutNetworkGroups }
        }
      }
    }
    health: {
      GET: { answer: { status: 'ok' | 'degraded'; nodes: number; connected: number; disabled: number; requestsPerS: number; bitrateOutBps: number; cacheWarnings: { id: string; name: string; percent: number }[] } }
    }
    'join-tokens': {
      POST: { body: { expiresInS?: number | undefined }; answer: { token: string; expiresAt: string; origin: string; command: string } }
      DELETE: { answer: { deleted: number } }
    }
    limits: {
      GET: { answer: NetworkLimits }
      PUT: { body: { enabled?: boolean | undefined; anonymous?: { perMinute: number; burst: number } | undefined; signedIn?: { perMinute: number; burst: number } | undefined; live?: { perMinute: number; burst: number } | undefined; routes?: readonly { path: string; perMinute: number; burst: number; per?: 'address' | 'all' | undefined }[] | undefined }; answer: NetworkLimits }
    }
    lists: {
      '*': {
        GET: { answer: { items: { network: string; addedAt: string; expiresAt: string | null }[]; nextCursor: null } }
        POST: { body: { text: string; minutes?: number | undefined }; answer: { added: number; total: number } }
        DELETE: { query: { network?: string | undefined }; answer: undefined }
      }
    }
    log: {
      GET: { query: { node?: string | undefined; group?: string | undefined; label?: string | undefined; lines?: number | undefined; level?: 'debug' | 'info' | 'warn' | 'error' | undefined }; answer: { items: { node: string; name: string; at: string; level: 'debug' | 'info' | 'warn' | 'error'; part: string; message: string; fields: string }[]; missing: { id: string; name: string; reason: string }[] } }
    }
    machines: {
      GET: { answer: { items: { host: string; port: number; user: string; fingerprint: string; nodeId: string | null; hostUrl: string | null; acceptedAt: string }[]; nextCursor: null } }
      '*': {
        '*': {
          DELETE: { answer: undefined }
        }
      }
      check: {
        POST: { body: NetworkMachinesCheckPostBody; answer: { suitable: boolean; hostName: string; findings: { id: 'system' | 'processor' | 'memory' | 'disk' | 'rights' | 'ports' | 'web-server' | 'clock' | 'certificate' | 'firewall' | 'selinux' | 'origin' | 'program' | 'node'; state: 'ok' | 'warn' | 'fail'; text: string; remedy: string }[]; steps: ('connect' | 'check' | 'prepare' | 'copy' | 'nginx' | 'configure' | 'start' | 'join' | 'answer' | 'finish' | 'remove' | 'undo')[] } }
      }
      'host-key': {
        POST: { body: { host: string; port?: number | undefined }; answer: { type: string; fingerprint: string; state: 'new' | 'known' | 'changed' } }
      }
      jobs: {
        GET: { answer: { items: NetworkMachinesJobsItem[]; nextCursor: null } }
        '*': {
          GET: { answer: { id: string; kind: 'add' | 'remove'; host: string; port: number; user: string; state: 'running' | 'done' | 'failed' | 'cancelled'; startedAt: string; endedAt: string | null; steps: NetworkMachinesJobsItemStepsItem[]; sentBytes: number; totalBytes: number; nodeId: string | null; role: 'edge' | 'origin'; hostUrl: string | null; error: { code: string; message: string; remedy: string } | null; log: string[] } }
          cancel: {
            POST: { answer: NetworkMachinesJobsItem }
          }
        }
      }
      means: {
        GET: { answer: { agent: boolean; keyFiles: string[]; packages: { version: string; architecture: string; bytes: number }[]; origin: string } }
      }
      remove: {
        POST: { body: { host: string; port?: number | undefined; user: string; hostKey: string; credentials: NetworkMachinesCheckPostBodyCredentials3; sudoPassword?: string | undefined; role?: 'edge' | 'origin' | undefined; deleteData?: boolean | undefined }; answer: NetworkMachinesJobsItem }
      }
      'set-up': {
        POST: { body: NetworkMachinesCheckPostBody; answer: NetworkMachinesJobsItem }
      }
      'sign-in-link': {
        POST: { body: { host: string; port?: number | undefined; user: string; hostKey: string; credentials: NetworkMachinesCheckPostBodyCredentials3; sudoPassword?: string | undefined }; answer: { url: string; expiresAt: string; fingerprint: string | null } }
      }
      'user-data': {
        POST: { body: { name: string; origin?: string | undefined; bind?: string | undefined; httpPort?: number | undefined; httpsPort?: number | 'off' | undefined; acmeNames?: string | undefined; acmeEmail?: string | undefined; cache?: boolean | undefined; cacheSize?: string | undefined; expiresInS?: number | undefined }; answer: { userData: string; expiresAt: string } }
      }
    }
    nodes: {
      GET: { answer: { items: NetworkNodesItem[]; nextCursor: null } }
      '*': {
        PATCH: { body: { name?: string | undefined; enabled?: boolean | undefined; publicUrl?: string | null | undefined; draining?: boolean | undefined; group?: string | null | undefined; labels?: readonly string[] | undefined }; answer: NetworkNodesItem }
        DELETE: { answer: undefined }
        key: {
          POST: { answer: undefined }
        }
      }
    }
    probe: {
      GET: { answer: { state: 'serving' | 'draining' | 'away'; issuedAt: number } }
    }
    programs: {
      '*': {
        GET: { answer: undefined }
      }
    }
    providers: {
      GET: { answer: { items: NetworkProvidersItem[]; programs: string[] } }
      '*': {
        PUT: { body: { kind: 'command'; program: string; maxMachines?: number | undefined; maxPerHour: number } | { kind: 'hetzner'; token?: string | undefined; url?: string | undefined; maxMachines?: number | undefined; maxPerHour: number }; answer: NetworkProvidersItem }
        DELETE: { answer: undefined }
        offers: {
          GET: { answer: { currency: string; regions: { name: string; description: string }[]; sizes: { name: string; description: string; architecture: 'x64' | 'arm64'; cpus: number; memoryMb: number; prices: { region: string; perHour: number }[] }[] } }
        }
      }
    }
    rollouts: {
      GET: { answer: { items: PutNetworkGroups[]; nextCursor: null } }
      '*': {
        GET: { answer: PutNetworkGroups }
        cancel: {
          POST: { answer: PutNetworkGroups }
        }
      }
    }
    routing: {
      GET: { answer: { enabled: boolean; shiftPercent: number } }
      PUT: { body: { enabled?: boolean | undefined; shiftPercent?: number | undefined }; answer: { enabled: boolean; shiftPercent: number } }
      key: {
        POST: { answer: { keys: string[] } }
      }
    }
    scaling: {
      GET: { answer: NetworkScaling }
      PUT: { body: { enabled?: boolean | undefined; dryRun?: boolean | undefined; provider?: string | undefined; size?: string | undefined; regions?: readonly string[] | undefined; floor?: number | undefined; ceiling?: number | undefined; upPercent?: number | undefined; downPercent?: number | undefined; idleHours?: number | undefined; atOnce?: number | undefined; drainS?: number | undefined; origin?: string | undefined; httpPort?: number | undefined; httpsPort?: number | 'off' | undefined; cache?: boolean | undefined; cacheSize?: string | undefined; publicUrl?: string | undefined; group?: string | null | undefined }; answer: NetworkScaling }
    }
    updates: {
      POST: { body: { nodes?: readonly string[] | undefined; group?: string | undefined; label?: string | undefined; credentials: NetworkMachinesCheckPostBodyCredentials3; sudoPassword?: string | undefined; nginx?: boolean | undefined; drainS?: number | undefined; first?: number | undefined; atOnce?: number | undefined; watchS?: number | undefined }; answer: PutNetworkGroups }
    }
    'viewer-nodes': {
      GET: { answer: { list: string; signatures: { key: string; signature: string }[] } }
    }
  }
  obs: {
    GET: { answer: Obs }
    POST: { body: { name?: string | undefined; found?: string | undefined; host?: string | undefined; port?: number | undefined; password?: string | undefined; enabled?: boolean | undefined }; answer: ObsItem }
    '*': {
      GET: { answer: ObsItem }
      PATCH: { body: { name?: string | undefined; host?: string | undefined; port?: number | undefined; password?: string | undefined; enabled?: boolean | undefined }; answer: ObsItem }
      DELETE: { answer: undefined }
      batch: {
        POST: { body: { requests: readonly ObsBatchPostBodyRequestsItem[]; haltOnFailure?: boolean | undefined; execution?: 'serial' | 'frame' | 'parallel' | undefined }; answer: { tookMs: number; results: { request: string; ok: boolean; code: number; comment: string | null; answer: Record<string, unknown> | null }[] } }
      }
      collection: {
        PATCH: { body: { collection: string }; answer: { tookMs: number; answer: Record<string, unknown> | null } }
      }
      collections: {
        POST: { body: { collection: string }; answer: { tookMs: number; answer: Record<string, unknown> | null } }
      }
      connect: {
        POST: { answer: ObsItem }
      }
      'connector-token': {
        POST: { answer: PostObsConnectorToken }
      }
      files: {
        GET: { answer: { record: string | null; replay: string | null } }
      }
      filters: {
        GET: { query: { source: string }; answer: { items: { name: string; kind: string; enabled: boolean; index: number; settings: Record<string, unknown>; defaults: Record<string, unknown> }[] } }
        POST: { body: { source: string; filter: string; kind: string; settings?: Record<string, unknown> | undefined }; answer: { tookMs: number; answer: Record<string, unknown> | null } }
        PATCH: { body: { source: string; filter: string; newName?: string | undefined; enabled?: boolean | undefined; index?: number | undefined; settings?: Record<string, unknown> | undefined; replaceSettings?: boolean | undefined }; answer: { tookMs: number; answer: Record<string, unknown> | null } }
        DELETE: { query: { source: string; filter: string }; answer: { tookMs: number; answer: Record<string, unknown> | null } }
      }
      following: {
        GET: { answer: { items: ObsFollowingItem[]; nextCursor: null } }
        PUT: { body: { source: string; filter: string; on?: boolean | undefined; whiteBalance?: boolean | undefined; saturation?: boolean | undefined; limit?: number | undefined; limitDb?: number | undefined }; answer: ObsFollowingItem }
      }
      'input-settings': {
        GET: { query: { input: string }; answer: { input: string; kind: string; settings: Record<string, unknown>; defaults: Record<string, unknown> } }
      }
      inputs: {
        POST: { body: { scene: string; input: string; kind: string; settings?: Record<string, unknown> | undefined; enabled?: boolean | undefined }; answer: { tookMs: number; answer: Record<string, unknown> | null } }
        PATCH: { body: { input: string; newName?: string | undefined; settings?: Record<string, unknown> | undefined; replaceSettings?: boolean | undefined; muted?: boolean | undefined; toggleMute?: boolean | undefined; volumeDb?: number | undefined; volume?: number | undefined; balance?: number | undefined; syncOffsetMs?: number | undefined; monitoring?: 'none' | 'monitor' | 'monitor-and-output' | undefined; tracks?: readonly number[] | undefined }; answer: { tookMs: number; answer: Record<string, unknown> | null } }
        DELETE: { query: { input: string }; answer: { tookMs: number; answer: Record<string, unknown> | null } }
      }
      items: {
        POST: { body: { scene: string; source: string; enabled?: boolean | undefined }; answer: { tookMs: number; answer: Record<string, unknown> | null } }
        PATCH: { body: { scene: string; item: number; enabled?: boolean | undefined; locked?: boolean | undefined; index?: number | undefined; blendMode?: 'OBS_BLEND_NORMAL' | 'OBS_BLEND_ADDITIVE' | 'OBS_BLEND_SUBTRACT' | 'OBS_BLEND_SCREEN' | 'OBS_BLEND_MULTIPLY' | 'OBS_BLEND_LIGHTEN' | 'OBS_BLEND_DARKEN' | undefined; transform?: { positionX?: number | undefined; positionY?: number | undefined; rotation?: number | undefined; scaleX?: number | undefined; scaleY?: number | undefined; alignment?: number | undefined; boundsType?: 'OBS_BOUNDS_NONE' | 'OBS_BOUNDS_STRETCH' | 'OBS_BOUNDS_SCALE_INNER' | 'OBS_BOUNDS_SCALE_OUTER' | 'OBS_BOUNDS_SCALE_TO_WIDTH' | 'OBS_BOUNDS_SCALE_TO_HEIGHT' | 'OBS_BOUNDS_MAX_ONLY' | undefined; boundsAlignment?: number | undefined; boundsWidth?: number | undefined; boundsHeight?: number | undefined; cropLeft?: number | undefined; cropRight?: number | undefined; cropTop?: number | undefined; cropBottom?: number | undefined } | undefined }; answer: { tookMs: number; answer: Record<string, unknown> | null } }
        DELETE: { query: { scene: string; item: number }; answer: { tookMs: number; answer: Record<string, unknown> | null } }
        duplicate: {
          POST: { body: { scene: string; item: number; toScene?: string | undefined }; answer: { tookMs: number; answer: Record<string, unknown> | null } }
        }
      }
      kinds: {
        GET: { answer: { inputs: string[]; filters: string[] | null; transitions: string[] } }
      }
      media: {
        POST: { body: { input: string; action?: 'play' | 'pause' | 'restart' | 'stop' | 'next' | 'previous' | undefined; cursorMs?: number | undefined }; answer: { tookMs: number; answer: Record<string, unknown> | null } }
      }
      mirror: {
        GET: { answer: { obs: string; revision: number; program: string | null; preview: string | null; studioMode: boolean; transition: string | null; transitionDurationMs: number | null; inTransition: boolean; transitions: { name: string; kind: string; fixed: boolean; configurable: boolean }[]; profile: string | null; profiles: string[]; collection: string | null; collections: string[]; outputs: { stream: 'stopped' | 'starting' | 'started' | 'stopping' | 'reconnecting' | 'paused'; record: 'stopped' | 'starting' | 'started' | 'stopping' | 'reconnecting' | 'paused'; recordPath: string | null; replay: 'stopped' | 'starting' | 'started' | 'stopping' | 'reconnecting' | 'paused' | null; replayPath: string | null; virtualCamera: 'stopped' | 'starting' | 'started' | 'stopping' | 'reconnecting' | 'paused' | null }; video: { baseWidth: number; baseHeight: number; outputWidth: number; outputHeight: number; fpsNumerator: number; fpsDenominator: number }; scenes: { name: string; isGroup: boolean; items: { id: number; source: string; sourceType: 'input' | 'scene' | 'group' | 'other'; kind: string | null; enabled: boolean; locked: boolean; blendMode: string; index: number; transform: { positionX: number; positionY: number; rotation: number; scaleX: number; scaleY: number; alignment: number; boundsType: string; boundsAlignment: number; boundsWidth: number; boundsHeight: number; cropLeft: number; cropRight: number; cropTop: number; cropBottom: number; width: number; height: number; sourceWidth: number; sourceHeight: number } }[]; filters: ObsMirrorScenesItemFiltersItem[] }[]; inputs: { name: string; kind: string; filters: ObsMirrorScenesItemFiltersItem[]; audio: { muted: boolean; volumeDb: number; volume: number; balance: number; syncOffsetMs: number; monitoring: 'none' | 'monitor' | 'monitor-and-output'; tracks: number[] } | null; active: boolean; showing: boolean; media: { state: 'playing' | 'ended' | 'paused' | 'stopped' | 'other'; durationMs: number | null; cursorMs: number | null } | null }[] } }
      }
      preview: {
        POST: { body: { scene: string }; answer: { tookMs: number; answer: Record<string, unknown> | null } }
      }
      profile: {
        PATCH: { body: { profile: string }; answer: { tookMs: number; answer: Record<string, unknown> | null } }
      }
      profiles: {
        POST: { body: { profile: string }; answer: { tookMs: number; answer: Record<string, unknown> | null } }
        DELETE: { query: { profile: string }; answer: { tookMs: number; answer: Record<string, unknown> | null } }
      }
      program: {
        POST: { body: { scene: string }; answer: { tookMs: number; answer: Record<string, unknown> | null } }
      }
      record: {
        POST: { body: { action: 'start' | 'stop' | 'toggle' | 'pause' | 'resume' | 'split' }; answer: { tookMs: number; answer: Record<string, unknown> | null } }
      }
      replay: {
        POST: { body: { action: 'start' | 'stop' | 'toggle' | 'save' }; answer: { tookMs: number; answer: Record<string, unknown> | null } }
      }
      requests: {
        POST: { body: ObsBatchPostBodyRequestsItem; answer: { tookMs: number; answer: Record<string, unknown> | null } }
      }
      'scene-collection': {
        GET: { answer: { name: string; document: Record<string, unknown>; width: number; height: number; frameRate: number } }
      }
      scenes: {
        POST: { body: { scene: string }; answer: { tookMs: number; answer: Record<string, unknown> | null } }
        PATCH: { body: { scene: string; newName: string }; answer: { tookMs: number; answer: Record<string, unknown> | null } }
        DELETE: { query: { scene: string }; answer: { tookMs: number; answer: Record<string, unknown> | null } }
      }
      screenshot: {
        GET: { query: { source?: string | undefined; format?: 'png' | 'jpeg' | undefined; width?: number | undefined; height?: number | undefined; quality?: number | undefined }; answer: undefined }
      }
      statistics: {
        GET: { answer: { obs: string; cpu: number; memoryMegabytes: number; freeDiskMegabytes: number; fps: number; frameRenderMs: number; renderSkippedFrames: number; renderTotalFrames: number; outputSkippedFrames: number; outputTotalFrames: number } }
      }
      stream: {
        GET: { answer: { obs: string; active: boolean; reconnecting: boolean; uptimeMs: number; bitrateKbps: number; bytes: number; frames: number; droppedFrames: number; droppedShare: number; congestion: number } }
        POST: { body: { action: 'start' | 'stop' | 'toggle' }; answer: { tookMs: number; answer: Record<string, unknown> | null } }
      }
      'stream-service': {
        GET: { answer: ObsStreamService }
        PUT: { body: { type: 'rtmp_custom' | 'rtmp_common' | 'whip_custom'; server?: string | undefined; service?: string | undefined; key?: string | undefined; settings?: Record<string, unknown> | undefined }; answer: ObsStreamService }
      }
      'stream-to-host': {
        POST: { body: { stream?: string | undefined; start?: boolean | undefined }; answer: { stream: string; streamId: string | null; server: string; keyId: string; started: boolean; arrivedMs: number | null } }
      }
      'studio-mode': {
        PATCH: { body: { enabled: boolean }; answer: { tookMs: number; answer: Record<string, unknown> | null } }
      }
      template: {
        POST: { body: ObsTemplatePostBody; answer: { template: string; collection: string; created: PostObsTemplateCreatedItem[]; changed: PostObsTemplateCreatedItem[]; left: PostObsTemplateCreatedItem[]; onAir: boolean; notCarried: { place: string; reason: string }[]; fingerprint: string; application: PostObsTemplateApplication | null; tookMs: number } }
        applications: {
          GET: { answer: { items: PostObsTemplateApplication[]; nextCursor: null } }
        }
        plan: {
          POST: { body: ObsTemplatePostBody; answer: { template: string; collection: string; created: PostObsTemplateCreatedItem[]; changed: PostObsTemplateCreatedItem[]; left: PostObsTemplateCreatedItem[]; onAir: boolean; notCarried: { place: string; reason: string }[]; fingerprint: string } }
        }
        undo: {
          POST: { body: { application?: string | undefined }; answer: { application: PostObsTemplateApplication; removed: PostObsTemplateCreatedItem[]; restored: PostObsTemplateCreatedItem[]; left: PostObsTemplateCreatedItem[] } }
        }
      }
      transition: {
        PATCH: { body: { transition?: string | undefined; durationMs?: number | undefined; settings?: Record<string, unknown> | undefined }; answer: { tookMs: number; answer: Record<string, unknown> | null } }
        POST: { answer: { tookMs: number; answer: Record<string, unknown> | null } }
      }
      video: {
        PATCH: { body: { baseWidth?: number | undefined; baseHeight?: number | undefined; outputWidth?: number | undefined; outputHeight?: number | undefined; fpsNumerator?: number | undefined; fpsDenominator?: number | undefined }; answer: { tookMs: number; answer: Record<string, unknown> | null } }
      }
      'virtual-camera': {
        POST: { body: { action: 'start' | 'stop' | 'toggle' }; answer: { tookMs: number; answer: Record<string, unknown> | null } }
      }
    }
    connector: {
      GET: { answer: unknown }
    }
    connectors: {
      POST: { body: { name?: string | undefined; password?: string | undefined }; answer: PostObsConnectorToken }
    }
    found: {
      GET: { answer: { items: { id: string; folder: string; packaging: 'system' | 'flatpak' | 'snap' | 'portable'; host: string; port: number; serverEnabled: boolean; authentication: boolean; hasPassword: boolean; instance: string | null; remedy: string | null }[]; nextCursor: null } }
    }
    'request-types': {
      GET: { answer: { items: { name: string; role: 'editor' | 'admin'; data: Record<string, unknown> }[]; nextCursor: null } }
    }
    scan: {
      GET: { answer: ObsScan }
      POST: { body: { network: string; port?: number | undefined }; answer: ObsScan }
      DELETE: { answer: undefined }
    }
  }
  sessions: {
    GET: { answer: { items: { id: string; principal: string; label: string | null; role: 'viewer' | 'editor' | 'admin'; createdAt: string; expiresAt: string; lastUsedAt: string; userAgent: string; remoteAddress: string; current: boolean }[]; nextCursor: null } }
    POST: { body: { link?: string | undefined; token?: string | undefined }; answer: PostSessions }
    DELETE: { query: { keepCurrent?: boolean | undefined }; answer: { ended: number } }
    '*': {
      DELETE: { answer: undefined }
    }
    me: {
      GET: { answer: PostSessions }
      DELETE: { answer: undefined }
    }
  }
  settings: {
    GET: { answer: Settings }
    PATCH: { body: { reconnectWindowMs?: number | undefined; cdnPrefix?: string | undefined; playerTheme?: 'auto' | 'dark' | 'light' | undefined; studioResumeWithinMs?: number | undefined; globalHotkeys?: 'off' | 'safe' | 'all' | undefined; notifyOutputs?: boolean | undefined; notifyRecordings?: boolean | undefined; notifyGuests?: boolean | undefined; notifyDisk?: boolean | undefined }; answer: Settings }
  }
  shell: {
    GET: { answer: { shell: { displays: { id: string; name: string; bounds: { x: number; y: number; width: number; height: number }; primary: boolean }[]; windows: { id: string; view: ShellShellWindowsItemView2; fullScreen: boolean; display: string | null; reopens: boolean }[] } | null; endsWithShell: boolean } }
    session: {
      GET: { answer: unknown }
    }
    show: {
      POST: { body: { path?: string | undefined }; answer: undefined }
    }
    windows: {
      POST: { body: { view: ShellShellWindowsItemView2; display?: string | undefined; fullScreen?: boolean | undefined; reopens?: boolean | undefined }; answer: undefined }
      '*': {
        PATCH: { body: { reopens: boolean }; answer: undefined }
        DELETE: { answer: undefined }
      }
    }
  }
  stream: {
    '*': {
      viewers: {
        GET: { answer: { streamId: string; concurrent: number; total: number; peak: number; sessions: LiveStreamsSessionsItem[] } }
      }
    }
    start: {
      POST: { body: { name: string; title?: string | undefined; source?: 'publisher' | 'demo' | undefined }; answer: { stream: LiveStreamsItem; publish: PostLiveKeysPublish } }
    }
    stop: {
      POST: { body: { id: string }; answer: LiveStreamsItem }
    }
  }
  streams: {
    obs: {
      GET: { answer: Obs }
      POST: { body: { obs?: string | undefined; request: string; data?: Record<string, unknown> | undefined }; answer: { tookMs: number; answer: Record<string, unknown> | null } }
    }
    video: {
      GET: { answer: DesktopDisplays }
      POST: { body: { id: string }; answer: DesktopDisplaysItem }
      DELETE: { query: { id: string }; answer: undefined }
    }
    virtual: {
      GET: { answer: DesktopDisplays }
      POST: { body: DesktopDisplaysPostBody; answer: DesktopDisplaysItem }
    }
  }
  studio: {
    GET: { answer: { state: 'off' | 'preparing' | 'starting' | 'running' | 'restarting' | 'failed'; problem: string | null; preparation: { part: string; done: number; total: number } | null; open: { name: string; file: string; title: string; revision: number; saved: boolean; conflict: boolean } | null; outputs: StudioOutputsItem[] } }
    actions: {
      POST: { body: { do: 'switch'; scene: string; transition?: string | undefined; durationMs?: number | undefined } | { do: 'preview'; scene: string } | { do: 'transition'; canvas?: string | undefined; transition?: string | undefined; durationMs?: number | undefined } | { do: 'show'; scene: string; item: string; visible: boolean | 'toggle' } | { do: 'mute'; source: string; muted: boolean | 'toggle' } | { do: 'gain'; source: string; gainDb: number } | { do: 'filter'; filter: string; enabled: boolean | 'toggle' } | { do: 'start-output'; output: string } | { do: 'stop-output'; output: string } | { do: 'output-command'; output: string; command: string; details?: Record<string, unknown> | undefined } | { do: 'save-replay'; output?: string | undefined } | { do: 'source-command'; source: string; command: string; details?: Record<string, unknown> | undefined } | { do: 'wait'; ms: number } | { do: 'obs-scene'; obs?: string | undefined; scene: string; preview?: boolean | undefined } | { do: 'obs-item'; obs?: string | undefined; scene: string; item: string; visible: boolean | 'toggle' } | { do: 'obs-mute'; obs?: string | undefined; input: string; muted: boolean | 'toggle' } | { do: 'obs-volume'; obs?: string | undefined; input: string; volumeDb: number } | { do: 'obs-filter'; obs?: string | undefined; source: string; filter: string; enabled: boolean | 'toggle' } | { do: 'obs-output'; obs?: string | undefined; output: 'stream' | 'record' | 'replay' | 'virtual-camera'; command: 'start' | 'stop' | 'toggle' | 'save' } | { do: 'obs-request'; obs?: string | undefined; request: string; data?: Record<string, unknown> | undefined } | { do: 'set-variable'; name: string; value: string | number | boolean }; answer: { result: unknown } }
    }
    'active-window': {
      GET: { answer: StudioActiveWindow }
      PATCH: { body: { enabled: boolean }; answer: StudioActiveWindow }
    }
    'audio-filter-kinds': {
      GET: { answer: StudioAudioFilterKinds }
    }
    canvases: {
      GET: { answer: { revision: number; items: StudioCanvasesItem[] } }
      POST: { query: StudioCanvasesPostQuery; body: Record<string, unknown>; answer: PostStudioCanvases }
      '*': {
        GET: { answer: PostStudioCanvases }
        PATCH: { query: { ifRevision?: number | undefined }; body: Record<string, unknown>; answer: PostStudioCanvases }
        DELETE: { query: { ifRevision?: number | undefined }; answer: DeleteStudioCanvases }
        move: {
          POST: { body: StudioCanvasesMovePostBody; answer: DeleteStudioCanvases }
        }
      }
    }
    channels: {
      GET: { answer: { items: StudioChannelsItem[] } }
      '*': {
        GET: { answer: StudioChannels }
        PUT: { body: { title: string; category?: string | undefined }; answer: StudioChannels }
        account: {
          DELETE: { answer: { revoked: boolean; problem: string | null } }
        }
        application: {
          PUT: { body: { clientId: string; clientSecret?: string | undefined }; answer: StudioChannelsItem }
        }
        categories: {
          GET: { query: { text: string }; answer: { items: { id: string; name: string }[] } }
        }
        'sign-in': {
          POST: { answer: StudioChannelsItemSignIn }
          DELETE: { answer: StudioChannelsItem }
        }
        token: {
          PUT: { body: { token: string }; answer: { service: 'twitch' | 'youtube'; connected: boolean } }
        }
      }
    }
    close: {
      POST: { body: { force?: boolean | undefined }; answer: undefined }
    }
    collection: {
      GET: { answer: StudioCollection }
      PUT: { query: { ifRevision?: number | undefined }; body: Record<string, unknown>; answer: DeleteStudioCanvases }
      PATCH: { query: { ifRevision?: number | undefined }; body: Record<string, unknown>; answer: DeleteStudioCanvases }
      resolve: {
        POST: { body: { keep: 'mine' | 'disk' }; answer: StudioCollection }
      }
      'save-as': {
        POST: { body: { name: string }; answer: undefined }
      }
      versions: {
        GET: { answer: StudioCollectionVersions }
        '*': {
          restore: {
            POST: { answer: DeleteStudioCanvases }
          }
        }
      }
    }
    collections: {
      GET: { answer: { items: StudioCollectionsItem[] } }
      POST: { body: { name: string; collection?: Record<string, unknown> | undefined }; answer: StudioCollectionsItem }
      '*': {
        DELETE: { answer: undefined }
        GET: { answer: Record<string, unknown> }
        bundle: {
          GET: { answer: undefined }
        }
        export: {
          GET: { query: { secrets?: boolean | undefined }; answer: Record<string, unknown> }
        }
        media: {
          GET: { answer: { bytes: number; media: { entry: string; path: string; name: string; bytes: number }[]; missing: { path: string; reason: string }[]; overlays: number } }
        }
        obs: {
          GET: { query: { system?: 'linux' | 'windows' | 'macos' | undefined }; answer: { document: Record<string, unknown>; notCarried: { place: string; reason: string }[] } }
        }
        open: {
          POST: { body: { force?: boolean | undefined }; answer: StudioCollection }
        }
        versions: {
          GET: { answer: StudioCollectionVersions }
          '*': {
            restore: {
              POST: { answer: undefined }
            }
          }
        }
      }
    }
    devices: {
      GET: { query: { kind: 'display' | 'window' | 'camera' | 'microphone' | 'speaker' | 'application' | 'v4l2-camera' | 'desktop-display' }; answer: { items: { kind: string; id: string; name: string; details?: Record<string, string | number | boolean> }[] } }
      thumbnail: {
        GET: { query: { kind: 'display' | 'window' | 'camera' | 'v4l2-camera'; device: string }; answer: undefined }
      }
    }
    docks: {
      GET: { answer: { items: StudioDocksItem[] } }
      POST: { body: { name: string; url: string; opens?: 'pane' | 'window' | undefined }; answer: StudioDocksItem }
      '*': {
        PATCH: { body: { name?: string | undefined; url?: string | undefined; opens?: 'pane' | 'window' | undefined }; answer: StudioDocksItem }
        DELETE: { answer: undefined }
        frame: {
          GET: { answer: unknown }
        }
      }
      check: {
        POST: { body: { url: string }; answer: { framing: 'allowed' | 'x-frame-options' | 'frame-ancestors' | null; problem: string | null } }
      }
    }
    drawing: {
      POST: { body: { collection: Record<string, unknown>; scene: string; width?: number | undefined }; answer: undefined }
    }
    edits: {
      POST: { body: { edits: readonly ({ do: 'add'; to: string; value: Record<string, unknown>; index?: number | undefined } | { do: 'change'; at: string; changes: Record<string, unknown>; linked?: boolean | undefined } | { do: 'remove'; at: string } | { do: 'move'; at: string; to?: string | undefined; index?: number | undefined } | { do: 'group'; scene: string; items: readonly string[]; id?: string | undefined; name?: string | undefined; origin?: { x: number; y: number } | undefined } | { do: 'ungroup'; at: string; size?: { width: number; height: number } | undefined } | { do: 'duplicate'; at: string; id?: string | undefined; name?: string | undefined; sources?: 'share' | 'copy' | undefined } | { do: 'paste'; scene: string; items: readonly Record<string, unknown>[]; sources?: readonly Record<string, unknown>[] | undefined })[]; ifRevision?: number | undefined; gesture?: string | undefined }; answer: { revision: number; undo: string | null; redo: string | null; made: string[]; step: string | null } }
    }
    'file-retention': {
      GET: { answer: LiveRecordingRetention }
      PUT: { body: LiveRecordingRetention; answer: LiveRecordingRetention }
    }
    files: {
      GET: { query: { output?: string | undefined; deleted?: boolean | undefined; cursor?: string | undefined; limit?: number | undefined }; answer: { items: StudioFilesItem[]; nextCursor: string | null } }
      '*': {
        DELETE: { query: { permanently?: boolean | undefined; keep?: boolean | undefined }; answer: undefined }
        PATCH: { body: { title?: string | undefined; kept?: boolean | undefined }; answer: StudioFilesItem }
        GET: { answer: StudioFilesItem }
        file: {
          GET: { query: { download?: boolean | undefined }; answer: undefined }
        }
        remux: {
          POST: { body: Record<string, never>; answer: StudioFilesItem }
          DELETE: { answer: undefined }
        }
        restore: {
          POST: { answer: StudioFilesItem }
        }
        'thumbnail.jpg': {
          GET: { answer: undefined }
        }
      }
    }
    'filter-kinds': {
      GET: { answer: StudioAudioFilterKinds }
    }
    'filter-presets': {
      GET: { answer: { items: StudioFilterPresetsItem[] } }
      POST: { body: { kind: string; name: string; settings: Record<string, unknown> }; answer: StudioFilterPresetsItem }
      '*': {
        PATCH: { body: { name: string }; answer: StudioFilterPresetsItem }
        DELETE: { answer: undefined }
      }
    }
    'folder-image': {
      GET: { query: { path: string }; answer: undefined }
    }
    folders: {
      GET: { query: { path?: string | undefined }; answer: { path: string; parent: string | null; folders: { name: string; path: string }[]; files: { name: string; path: string; bytes: number; changedAt: string; image: boolean }[]; more: boolean } }
    }
    guest: {
      GET: { answer: unknown }
    }
    guests: {
      GET: { answer: { items: StudioGuestsItem[]; nextCursor: null } }
      POST: { body: { label: string; expiresInMinutes?: number | undefined }; answer: PostStudioGuests }
      '*': {
        DELETE: { answer: undefined }
        link: {
          POST: { body: { expiresInMinutes?: number | undefined }; answer: PostStudioGuests }
        }
        'put-on-air': {
          POST: { body: { scene?: string | undefined }; answer: PostStudioGuestsPutOnAir }
        }
        'take-off-air': {
          POST: { answer: PostStudioGuestsPutOnAir }
        }
      }
    }
    history: {
      GET: { query: { limit?: number | undefined }; answer: { undo: { name: string; actor: string; time: string }[]; redo: { name: string; actor: string; time: string }[] } }
    }
    hotkeys: {
      POST: { body: { chord: string; released?: boolean | undefined }; answer: PostStudioHotkeys }
      GET: { answer: { setting: 'off' | 'safe' | 'all'; through: 'x11' | 'portal' | null; problem: 'no-display' | 'display-lost' | 'rejected' | 'only-x11' | 'dismissed' | 'not-built' | null; items: { chord: string; macros: string[]; typed: boolean; state: 'active' | 'starting' | 'taken' | 'unknown-key' | 'unassigned' | 'typed' | 'off' | 'no-display' | 'unsupported'; trigger: string | null }[] } }
    }
    import: {
      bundle: {
        POST: { body: { name: string; upload: string }; answer: { name: string; scenes: number; sources: number; media: number; overlays: number; notCarried: { place: string; reason: string }[] } }
      }
      obs: {
        POST: { body: { name: string; document: Record<string, unknown>; folder?: string | undefined; width?: number | undefined; height?: number | undefined; frameRate?: number | undefined }; answer: { name: string; scenes: number; sources: number; notCarried: { place: string; reason: string }[] } }
      }
    }
    'macro-runs': {
      GET: { answer: PostStudioHotkeys }
      '*': {
        DELETE: { answer: undefined }
      }
    }
    macros: {
      GET: { answer: { revision: number; items: StudioCollectionCollectionMacrosItem[] } }
      POST: { query: StudioCanvasesPostQuery; body: Record<string, unknown>; answer: PostStudioMacros }
      '*': {
        GET: { answer: PostStudioMacros }
        PATCH: { query: { ifRevision?: number | undefined }; body: Record<string, unknown>; answer: PostStudioMacros }
        DELETE: { query: { ifRevision?: number | undefined }; answer: DeleteStudioCanvases }
        duplicate: {
          POST: { body: StudioMacrosDuplicatePostBody; answer: PostStudioMacros }
        }
        move: {
          POST: { body: StudioCanvasesMovePostBody; answer: DeleteStudioCanvases }
        }
        run: {
          POST: { answer: PostStudioHotkeysItem }
        }
      }
    }
    'multiview-feed': {
      GET: { answer: unknown }
    }
    'obs-protocol': {
      GET: { answer: StudioObsProtocol }
      PATCH: { body: { enabled?: boolean | undefined; port?: number | undefined; listen?: 'loopback' | 'network' | undefined }; answer: StudioObsProtocol }
      clients: {
        GET: { answer: { items: StudioObsProtocolClientsItem[] } }
        POST: { body: { name: string; right: 'view' | 'control' | 'edit' }; answer: PostStudioObsProtocolClients }
        '*': {
          PATCH: { body: { name?: string | undefined; right?: 'view' | 'control' | 'edit' | undefined }; answer: StudioObsProtocolClientsItem }
          DELETE: { answer: undefined }
        }
      }
      connections: {
        GET: { answer: { items: { client: string; name: string; right: 'view' | 'control' | 'edit'; ip: string; encoding: 'json' | 'msgpack'; connectedAt: string }[] } }
      }
      pairing: {
        POST: { body: { open: boolean }; answer: StudioObsProtocol }
        '*': {
          POST: { body: { name: string; right: 'view' | 'control' | 'edit' }; answer: PostStudioObsProtocolClients }
          DELETE: { answer: undefined }
        }
      }
    }
    open: {
      POST: { body: { file: string; force?: boolean | undefined }; answer: StudioCollection }
    }
    'output-kinds': {
      GET: { answer: StudioAudioFilterKinds }
    }
    outputs: {
      GET: { answer: { revision: number; items: StudioOutputsItem2[] } }
      POST: { query: StudioCanvasesPostQuery; body: Record<string, unknown>; answer: PostStudioOutputs }
      '*': {
        GET: { answer: PostStudioOutputs }
        PATCH: { query: { ifRevision?: number | undefined }; body: Record<string, unknown>; answer: PostStudioOutputs }
        DELETE: { query: { ifRevision?: number | undefined }; answer: DeleteStudioCanvases }
        commands: {
          POST: { body: StudioOutputsCommandsPostBody; answer: { result: Record<string, unknown> } }
        }
        duplicate: {
          POST: { body: StudioMacrosDuplicatePostBody; answer: PostStudioOutputs }
        }
        move: {
          POST: { body: StudioCanvasesMovePostBody; answer: DeleteStudioCanvases }
        }
        start: {
          POST: { answer: StudioOutputsItem }
        }
        stop: {
          POST: { answer: StudioOutputsItem }
        }
      }
    }
    'overlay-feed': {
      GET: { query: { id: string; token: string }; answer: unknown }
    }
    'overlay-file': {
      GET: { query: { ids?: string | undefined }; answer: { format: 'ami-streams/overlays'; version: 1; overlays: { id: string; kind: string; name: string; settings: Record<string, unknown>; data?: Record<string, unknown> }[] } }
      POST: { body: { format: 'ami-streams/overlays'; version: 1; overlays: readonly { id: string; kind: string; name: string; settings: Record<string, unknown>; data?: Record<string, unknown> | undefined }[] }; answer: { items: PostStudioOverlayFileItem[]; incomplete: string[] } }
    }
    'overlay-kinds': {
      GET: { answer: { items: { kind: string; title: string; width: number; height: number; settings: unknown; post: unknown; example: unknown; first: unknown }[]; nextCursor: null } }
    }
    overlays: {
      GET: { answer: { items: PostStudioOverlayFileItem[]; nextCursor: null } }
      POST: { body: { kind: string; name: string; settings?: Record<string, unknown> | undefined; data?: Record<string, unknown> | undefined }; answer: PostStudioOverlayFileItem }
      '*': {
        GET: { answer: PostStudioOverlayFileItem }
        PATCH: { body: { name?: string | undefined; settings?: Record<string, unknown> | undefined }; answer: PostStudioOverlayFileItem }
        DELETE: { answer: undefined }
        data: {
          POST: { body: Record<string, unknown>; answer: { state: unknown } }
        }
        links: {
          GET: { answer: { url: string; path: string; postUrl: string } }
          POST: { body: { renew?: 'page' | 'posts' | 'both' | undefined }; answer: { url: string; path: string; postUrl: string } }
        }
        posts: {
          POST: { query: { token: string }; body: Record<string, unknown>; answer: { state: unknown } }
        }
      }
    }
    preview: {
      POST: { body: { scene: string | null; canvas?: string | undefined }; answer: PostStudioPreview }
    }
    'preview-feed': {
      GET: { query: StudioPreviewFeedGetQuery; answer: unknown }
    }
    program: {
      GET: { answer: PostStudioPreview }
      POST: { body: { scene: string; transition?: string | undefined; durationMs?: number | undefined }; answer: PostStudioProgram }
      PATCH: { body: { studioMode?: boolean | undefined; transition?: string | null | undefined; durationMs?: number | null | undefined }; answer: PostStudioPreview }
    }
    recovery: {
      GET: { answer: StudioRecovery }
      POST: { body: { goOn: boolean }; answer: StudioRecovery }
    }
    redo: {
      POST: { body: { ifRevision?: number | undefined }; answer: PostStudioRedo }
    }
    'safe-mode': {
      POST: { body: { on: boolean }; answer: StudioRecovery }
    }
    scenes: {
      GET: { answer: { revision: number; items: StudioCollectionCollectionScenesItem[] } }
      POST: { query: StudioCanvasesPostQuery; body: Record<string, unknown>; answer: PostStudioScenes }
      '*': {
        GET: { answer: PostStudioScenes }
        PATCH: { query: { ifRevision?: number | undefined }; body: Record<string, unknown>; answer: PostStudioScenes }
        DELETE: { query: { ifRevision?: number | undefined }; answer: DeleteStudioCanvases }
        duplicate: {
          POST: { body: StudioMacrosDuplicatePostBody; answer: PostStudioScenes }
        }
        filters: {
          GET: { answer: StudioScenesFilters }
          POST: { query: StudioCanvasesPostQuery; body: Record<string, unknown>; answer: PostStudioScenesFilters }
          '*': {
            GET: { answer: PostStudioScenesFilters }
            PATCH: { query: { ifRevision?: number | undefined }; body: Record<string, unknown>; answer: PostStudioScenesFilters }
            DELETE: { query: { ifRevision?: number | undefined }; answer: DeleteStudioCanvases }
            duplicate: {
              POST: { body: StudioMacrosDuplicatePostBody; answer: PostStudioScenesFilters }
            }
            move: {
              POST: { body: StudioCanvasesMovePostBody; answer: DeleteStudioCanvases }
            }
          }
        }
        group: {
          POST: { body: { items: readonly string[]; id?: string | undefined; name?: string | undefined; ifRevision?: number | undefined }; answer: DeleteStudioCanvases }
        }
        items: {
          GET: { answer: { revision: number; items: (StudioCollectionCollectionScenesItemItem | StudioCollectionCollectionScenesItemItem2 | StudioCollectionCollectionScenesItemItem3)[] } }
          POST: { query: StudioCanvasesPostQuery; body: Record<string, unknown>; answer: PostStudioScenesItems }
          '*': {
            GET: { answer: PostStudioScenesItems }
            PATCH: { query: { ifRevision?: number | undefined }; body: Record<string, unknown>; answer: PostStudioScenesItems }
            DELETE: { query: { ifRevision?: number | undefined }; answer: DeleteStudioCanvases }
            duplicate: {
              POST: { body: StudioMacrosDuplicatePostBody; answer: PostStudioScenesItems }
            }
            move: {
              POST: { body: StudioCanvasesMovePostBody; answer: DeleteStudioCanvases }
            }
            ungroup: {
              POST: { body: { size?: { width: number; height: number } | undefined; ifRevision?: number | undefined }; answer: DeleteStudioCanvases }
            }
          }
        }
        move: {
          POST: { body: StudioCanvasesMovePostBody; answer: DeleteStudioCanvases }
        }
        paste: {
          POST: { body: { items: readonly Record<string, unknown>[]; sources?: readonly Record<string, unknown>[] | undefined; ifRevision?: number | undefined }; answer: DeleteStudioCanvases }
        }
      }
    }
    screenshot: {
      GET: { query: { program?: string | undefined; preview?: string | undefined; scene?: string | undefined; source?: string | undefined; before?: string | undefined; type?: 'png' | 'jpeg' | undefined; width?: number | undefined; optional?: boolean | undefined }; answer: undefined }
    }
    'server-check': {
      POST: { body: { url: string; certificate?: string | undefined }; answer: { tookMs: number } }
    }
    'source-kinds': {
      GET: { answer: StudioAudioFilterKinds }
    }
    sources: {
      GET: { answer: { revision: number; items: StudioSourcesItem[] } }
      POST: { query: StudioCanvasesPostQuery; body: Record<string, unknown>; answer: PostStudioSources }
      '*': {
        GET: { answer: PostStudioSources }
        PATCH: { query: { ifRevision?: number | undefined }; body: Record<string, unknown>; answer: PostStudioSources }
        DELETE: { query: { ifRevision?: number | undefined }; answer: DeleteStudioCanvases }
        'audio-filters': {
          GET: { answer: StudioSourcesAudioFilters }
          POST: { query: StudioCanvasesPostQuery; body: Record<string, unknown>; answer: PostStudioSourcesAudioFilters }
          '*': {
            GET: { answer: PostStudioSourcesAudioFilters }
            PATCH: { query: { ifRevision?: number | undefined }; body: Record<string, unknown>; answer: PostStudioSourcesAudioFilters }
            DELETE: { query: { ifRevision?: number | undefined }; answer: DeleteStudioCanvases }
            duplicate: {
              POST: { body: StudioMacrosDuplicatePostBody; answer: PostStudioSourcesAudioFilters }
            }
            move: {
              POST: { body: StudioCanvasesMovePostBody; answer: DeleteStudioCanvases }
            }
          }
        }
        commands: {
          POST: { body: StudioOutputsCommandsPostBody; answer: undefined }
        }
        duplicate: {
          POST: { body: StudioMacrosDuplicatePostBody; answer: PostStudioSources }
        }
        filters: {
          GET: { answer: StudioScenesFilters }
          POST: { query: StudioCanvasesPostQuery; body: Record<string, unknown>; answer: PostStudioScenesFilters }
          '*': {
            GET: { answer: PostStudioScenesFilters }
            PATCH: { query: { ifRevision?: number | undefined }; body: Record<string, unknown>; answer: PostStudioScenesFilters }
            DELETE: { query: { ifRevision?: number | undefined }; answer: DeleteStudioCanvases }
            duplicate: {
              POST: { body: StudioMacrosDuplicatePostBody; answer: PostStudioScenesFilters }
            }
            move: {
              POST: { body: StudioCanvasesMovePostBody; answer: DeleteStudioCanvases }
            }
          }
        }
        move: {
          POST: { body: StudioCanvasesMovePostBody; answer: DeleteStudioCanvases }
        }
      }
    }
    statistics: {
      GET: { answer: { state: 'off' | 'preparing' | 'starting' | 'running' | 'restarting' | 'failed'; pid: number | null; restarts: number; frames: number; dropped: number; late: number; renderMs: number; longestRenderMs: number; framesPerSecond: number; cpu: number; memoryBytes: number; tiles: number; encodings: { id: string; codec: string; encoder: string; width: number; height: number; frames: number; skipped: number; bitrateKbps: number; lagMs: number; longestLagMs: number; subscribers: number }[] } }
    }
    't-bar': {
      PUT: { body: { position: number; release?: boolean | undefined; canvas?: string | undefined }; answer: PostStudioPreview }
    }
    talkback: {
      GET: { answer: unknown }
    }
    tracks: {
      GET: { answer: { revision: number; items: StudioCollectionCollectionTracksItem[] } }
      '*': {
        GET: { answer: StudioTracks }
        PATCH: { query: { ifRevision?: number | undefined }; body: Record<string, unknown>; answer: StudioTracks }
        'audio-filters': {
          GET: { answer: StudioSourcesAudioFilters }
          POST: { query: StudioCanvasesPostQuery; body: Record<string, unknown>; answer: PostStudioSourcesAudioFilters }
          '*': {
            GET: { answer: PostStudioSourcesAudioFilters }
            PATCH: { query: { ifRevision?: number | undefined }; body: Record<string, unknown>; answer: PostStudioSourcesAudioFilters }
            DELETE: { query: { ifRevision?: number | undefined }; answer: DeleteStudioCanvases }
            duplicate: {
              POST: { body: StudioMacrosDuplicatePostBody; answer: PostStudioSourcesAudioFilters }
            }
            move: {
              POST: { body: StudioCanvasesMovePostBody; answer: DeleteStudioCanvases }
            }
          }
        }
      }
    }
    transition: {
      POST: { body: { canvas?: string | undefined; transition?: string | undefined; durationMs?: number | undefined }; answer: PostStudioProgram }
    }
    'transition-kinds': {
      GET: { answer: StudioAudioFilterKinds }
    }
    'transition-trial': {
      POST: { body: { transition: string; from: string; to: string; audible?: boolean | undefined; trial?: string | undefined }; answer: { trial: string; canvas: string; width: number; height: number } }
      '*': {
        DELETE: { answer: undefined }
        image: {
          GET: { query: { type?: 'jpeg' | 'png' | undefined; width?: number | undefined }; answer: undefined }
        }
        run: {
          POST: { answer: { tookMs: number } }
        }
      }
    }
    'transition-trial-feed': {
      GET: { query: StudioPreviewFeedGetQuery; answer: unknown }
    }
    transitions: {
      GET: { answer: { revision: number; items: StudioCollectionCollectionTransitionsItem[] } }
      POST: { query: StudioCanvasesPostQuery; body: Record<string, unknown>; answer: PostStudioTransitions }
      '*': {
        GET: { answer: PostStudioTransitions }
        PATCH: { query: { ifRevision?: number | undefined }; body: Record<string, unknown>; answer: PostStudioTransitions }
        DELETE: { query: { ifRevision?: number | undefined }; answer: DeleteStudioCanvases }
        duplicate: {
          POST: { body: StudioMacrosDuplicatePostBody; answer: PostStudioTransitions }
        }
        move: {
          POST: { body: StudioCanvasesMovePostBody; answer: DeleteStudioCanvases }
        }
      }
    }
    undo: {
      POST: { body: { ifRevision?: number | undefined; ifStep?: string | undefined }; answer: PostStudioRedo }
    }
    'upload-space': {
      GET: { answer: { usedBytes: number; quotaBytes: number; maxFileBytes: number } }
    }
    'upload-speed': {
      POST: { body: { url: string; token: string }; answer: { kbps: number; bytes: number; tookMs: number } }
    }
    'upload-test': {
      POST: { answer: { kbps: number; bytes: number; tookMs: number } }
    }
    'uploaded-files': {
      GET: { query: { cursor?: string | undefined; limit?: number | undefined }; answer: { items: StudioUploadedFilesItem[]; nextCursor: string | null } }
      '*': {
        DELETE: { query: { force?: boolean | undefined }; answer: undefined }
      }
    }
    uploads: {
      POST: { body: { name: string; bytes: number; bundle?: boolean | undefined }; answer: PostStudioUploads }
      '*': {
        GET: { answer: PostStudioUploads }
        DELETE: { answer: undefined }
        bundle: {
          GET: { answer: { name: string; scenes: number; sources: number; outputs: number; listed: { name: string; kind: string }[]; urls: string[]; macros: number; media: number; mediaBytes: number; missing: string[] } }
        }
        bytes: {
          PUT: { query: { offset: number }; answer: PostStudioUploads }
        }
      }
    }
  }
  time: {
    GET: { query: { format?: 'json' | 'iso' | undefined }; answer: { timeMs: number } }
  }
  tokens: {
    GET: { answer: { items: TokensItem[]; nextCursor: null } }
    POST: { body: { label: string; role: 'viewer' | 'editor' | 'admin'; expiresAt?: string | null | undefined }; answer: { token: TokensItem; secret: string } }
    '*': {
      DELETE: { answer: TokensItem }
    }
    link: {
      POST: { body: { role?: 'viewer' | 'editor' | 'admin' | undefined }; answer: { url: string; expiresAt: string } }
    }
  }
}

type AutomationRulesItemSettingsTriggersItemWhereItem = { field: string; is: 'equals' | 'not' | 'contains' | 'above' | 'below'; value: string | number | boolean }
type AutomationRulesItemSettingsTriggersItem = { on: 'obs-event'; obs?: string; event: string; where?: AutomationRulesItemSettingsTriggersItemWhereItem[] }
type AutomationRulesItemSettingsTriggersItem2 = { on: 'event'; topic: string; where?: AutomationRulesItemSettingsTriggersItemWhereItem[] }
type AutomationRulesItemSettingsTriggersItem3 = { on: 'time'; at: string; days?: number[]; timeZone?: string }
type AutomationRulesItemSettingsTriggersItem4 = { on: 'stream'; stream?: string; is: 'bitrate-below' | 'dropped-above' | 'publisher-lost' | 'viewers-above'; value?: number; forSeconds?: number }
type AutomationRulesItemSettingsTriggersItem5 = { on: 'level'; source?: string; obs?: string; input?: string; is: 'above' | 'below'; db: number; forSeconds?: number }
type AutomationRulesItemSettingsConditionsItem = { is: 'obs-scene'; obs?: string; scene: string; not?: boolean }
type AutomationRulesItemSettingsConditionsItem2 = { is: 'obs-output'; obs?: string; output: 'stream' | 'record' | 'replay' | 'virtual-camera'; not?: boolean }
type AutomationRulesItemSettingsConditionsItem3 = { is: 'time'; from: string; to: string; days?: number[]; timeZone?: string; not?: boolean }
type AutomationRulesItemSettingsConditionsItem4 = { is: 'variable'; name: string; value: string | number | boolean; not?: boolean }
type AutomationRulesItemSettingsConditionsItem5 = { is: 'level'; source?: string; obs?: string; input?: string; above: number; not?: boolean }
type AutomationRulesItemSettingsConditionsItem6 = { is: 'obs-connected'; obs?: string; not?: boolean } | AutomationRulesItemSettingsConditionsItem | AutomationRulesItemSettingsConditionsItem2 | { is: 'studio-scene'; scene: string; not?: boolean } | { is: 'studio-output'; output: string; not?: boolean } | AutomationRulesItemSettingsConditionsItem3 | AutomationRulesItemSettingsConditionsItem4 | AutomationRulesItemSettingsConditionsItem5
type AutomationRulesItemSettings = { mode: 'on' | 'dry-run' | 'off'; triggers: (AutomationRulesItemSettingsTriggersItem | AutomationRulesItemSettingsTriggersItem2 | AutomationRulesItemSettingsTriggersItem3 | { on: 'every'; seconds: number } | AutomationRulesItemSettingsTriggersItem4 | AutomationRulesItemSettingsTriggersItem5 | { on: 'hotkey'; chord: string } | { on: 'webhook'; webhook: string })[]; conditions?: AutomationRulesItemSettingsConditionsItem6[]; cooldownMs?: number; maxRuns?: number }
type AutomationRulesItemLast = { time: string; result: 'ran' | 'failed' | 'cancelled' | 'skipped' | 'cut' | 'dry-run'; because: string; detail: string | null }
type AutomationRulesItem = { id: string; name: string; of: 'host' | 'show'; settings: AutomationRulesItemSettings; actions: { do: string }[]; byEditor: boolean | null; running: boolean; runs: number; last: AutomationRulesItemLast | null }
type AutomationRulesPostBodySettingsTriggersItem = { on: 'obs-event'; obs?: string | undefined; event: string; where?: readonly AutomationRulesItemSettingsTriggersItemWhereItem[] | undefined }
type AutomationRulesPostBodySettingsTriggersItem2 = { on: 'event'; topic: string; where?: readonly AutomationRulesItemSettingsTriggersItemWhereItem[] | undefined }
type AutomationRulesPostBodySettingsTriggersItem3 = { on: 'time'; at: string; days?: readonly number[] | undefined; timeZone?: string | undefined }
type AutomationRulesPostBodySettingsTriggersItem4 = { on: 'stream'; stream?: string | undefined; is: 'bitrate-below' | 'dropped-above' | 'publisher-lost' | 'viewers-above'; value?: number | undefined; forSeconds?: number | undefined }
type AutomationRulesPostBodySettingsTriggersItem5 = { on: 'level'; source?: string | undefined; obs?: string | undefined; input?: string | undefined; is: 'above' | 'below'; db: number; forSeconds?: number | undefined }
type AutomationRulesPostBodySettingsConditionsItem = { is: 'obs-connected'; obs?: string | undefined; not?: boolean | undefined }
type AutomationRulesPostBodySettingsConditionsItem2 = { is: 'obs-scene'; obs?: string | undefined; scene: string; not?: boolean | undefined }
type AutomationRulesPostBodySettingsConditionsItem3 = { is: 'obs-output'; obs?: string | undefined; output: 'stream' | 'record' | 'replay' | 'virtual-camera'; not?: boolean | undefined }
type AutomationRulesPostBodySettingsConditionsItem4 = { is: 'studio-scene'; scene: string; not?: boolean | undefined }
type AutomationRulesPostBodySettingsConditionsItem5 = { is: 'studio-output'; output: string; not?: boolean | undefined }
type AutomationRulesPostBodySettingsConditionsItem6 = { is: 'time'; from: string; to: string; days?: readonly number[] | undefined; timeZone?: string | undefined; not?: boolean | undefined }
type AutomationRulesPostBodySettingsConditionsItem7 = { is: 'variable'; name: string; value: string | number | boolean; not?: boolean | undefined }
type AutomationRulesPostBodySettingsConditionsItem8 = { is: 'level'; source?: string | undefined; obs?: string | undefined; input?: string | undefined; above: number; not?: boolean | undefined }
type AutomationRulesPostBodySettings = { mode: 'on' | 'dry-run' | 'off'; triggers: readonly (AutomationRulesPostBodySettingsTriggersItem | AutomationRulesPostBodySettingsTriggersItem2 | AutomationRulesPostBodySettingsTriggersItem3 | { on: 'every'; seconds: number } | AutomationRulesPostBodySettingsTriggersItem4 | AutomationRulesPostBodySettingsTriggersItem5 | { on: 'hotkey'; chord: string } | { on: 'webhook'; webhook: string })[]; conditions?: readonly (AutomationRulesPostBodySettingsConditionsItem | AutomationRulesPostBodySettingsConditionsItem2 | AutomationRulesPostBodySettingsConditionsItem3 | AutomationRulesPostBodySettingsConditionsItem4 | AutomationRulesPostBodySettingsConditionsItem5 | AutomationRulesPostBodySettingsConditionsItem6 | AutomationRulesPostBodySettingsConditionsItem7 | AutomationRulesPostBodySettingsConditionsItem8)[] | undefined; cooldownMs?: number | undefined; maxRuns?: number | undefined }
type AutomationWebhooksItem = { id: string; name: string; createdAt: string; lastCalledAt: string | null; calls: number }
type DesktopDisplaysItemPrivacy = { blanks: boolean; blocksInput: boolean; blanked: 'off' | 'on' | 'failed'; inputBlocked: 'off' | 'on' | 'failed' }
type DesktopDisplaysItem = { id: string; name: string; kind: 'virtual' | 'screen' | 'attached' | 'portal'; protocol: 'x11' | 'wayland'; xServer: 'xvnc' | 'xorg' | null; user: string | null; width: number; height: number; scale: 1 | 1.25 | 1.5 | 2 | null; monitors: { x: number; y: number; width: number; height: number }[]; state: 'running' | 'stopped'; command: string[] | null; server: string | null; audio: 'on' | 'missing' | 'failed' | null; endAfterMinutes: number | null; locksOnLeave: boolean; startsWithHost: boolean; locked: boolean; forGuest: boolean; viewers: number; recorded: boolean; live: string | null; inShow: boolean; privacy: DesktopDisplaysItemPrivacy | null; rights: ('see' | 'control' | 'clipboard' | 'files' | 'audio' | 'microphone' | 'camera' | 'record')[]; createdAt: string }
type DesktopDisplays = { items: DesktopDisplaysItem[]; nextCursor: null }
type DesktopDisplaysPostBodyAttach = { server: string; authority?: string | undefined } | { portal: true }
type DesktopDisplaysPostBody = { name?: string | undefined; protocol?: 'x11' | 'wayland' | undefined; xServer?: 'xvnc' | 'xorg' | undefined; width?: number | undefined; height?: number | undefined; scale?: 1 | 1.25 | 1.5 | 2 | undefined; command?: readonly string[] | null | undefined; endAfterMinutes?: number | null | undefined; locksOnLeave?: boolean | undefined; startsWithHost?: boolean | undefined; user?: string | null | undefined; attach?: DesktopDisplaysPostBodyAttach | undefined }
type DesktopDisplaysAttendeesItem = { id: string; name: string; user: string; rights: ('see' | 'control' | 'clipboard' | 'files' | 'audio' | 'microphone' | 'camera' | 'record')[]; controls: boolean; asks: boolean; since: string }
type DesktopDisplaysAttendees = { items: DesktopDisplaysAttendeesItem[]; nextCursor: null }
type DesktopDisplaysFilesEntriesItem = { name: string; path: string; kind: 'file' | 'folder'; bytes: number; changedAt: string }
type DesktopDisplaysFiles = { folder: string; path: string; entries: DesktopDisplaysFilesEntriesItem[]; more: boolean }
type DesktopDisplaysFilesCopied = { number: number; entries: { name: string; kind: 'file' | 'folder'; bytes: number }[]; more: boolean }
type PostDesktopDisplaysFilesUploads = { id: string; path: string; bytes: number; received: number; file: { path: string; realPath: string } | null }
type DesktopDisplaysGrantsItem = { user: string; name: string | null; rights: ('see' | 'control' | 'clipboard' | 'files' | 'audio' | 'microphone' | 'camera' | 'record')[]; expiresAt: string | null; createdAt: string }
type DesktopDisplaysInvitationsItemSeparate = { command?: string[] | null; width: number; height: number; endAfterMinutes: number; maxDisplays: number }
type DesktopDisplaysInvitationsItem = { id: string; rights: ('see' | 'control' | 'clipboard' | 'files' | 'audio' | 'microphone' | 'camera' | 'record')[]; once: boolean; asks: boolean; separate: DesktopDisplaysInvitationsItemSeparate | null; invitedBy: string; createdAt: string; expiresAt: string; guests: { id: string; name: string }[] }
type DesktopDisplaysLive = { id: string; stream: string | null; streamId: string | null; audio: boolean; startedAt: string | null }
type DesktopDisplaysRecording = { id: string; state: 'off' | 'recording' | 'waiting' | 'failed'; by: 'hand' | 'rule' | null; startedAt: string | null; recordingId: string | null; error: { code: string; message: string; remedy: string } | null; whileControlled: boolean }
type DesktopRecordingsItemTracksItem = { id: string; kind: 'video' | 'audio'; codec: string; codecString: string; width?: number; height?: number; frameRate?: number; sampleRate?: number; channels?: number }
type DesktopRecordingsItem = { id: string; title: string; session: string; number: number; state: 'recording' | 'complete' | 'recovered' | 'failed'; error: { code: string; message: string } | null; fileName: string; startedAt: string; durationMs: number; bytes: number; tracks: DesktopRecordingsItemTracksItem[]; kept: boolean; deletedAt: string | null; fileUrl: string; thumbnailUrl: string | null; display: string; displayName: string; by: 'hand' | 'rule'; container: 'mp4' }
type EditorReach = { folders: string[]; hosts: string[]; mediaFolders: string[] }
type LiveAccess = { play: { allow: string[]; deny: string[] }; publish: { allow: string[]; deny: string[] } }
type LiveAlertChannelsItem = { id: string; kind: 'webhook' | 'slack' | 'email'; label: string; where: string; createdAt: string; lastError: string | null }
type LiveAlertRulesItem = { id: string; kind: 'publisher-lost' | 'no-keyframe' | 'bitrate-collapse' | 'av-drift' | 'frames-dropped' | 'encoder-behind' | 'destination-failed' | 'disk-low' | 'attack'; stream: string | null; threshold: number | null; holdS: number; channels: string[]; enabled: boolean; createdAt: string }
type LiveClipsGetQuery = { stream?: string | undefined; deleted?: boolean | undefined; cursor?: string | undefined; limit?: number | undefined }
type LiveClipsItem = { id: string; streamId: string; stream: string; title: string; state: 'waiting' | 'making' | 'ready' | 'failed'; error: { code: string; message: string; remedy: string } | null; createdAt: string; startedAt: string; fromMs: number; toMs: number; durationMs: number; frames: number; encodedFrames: number; exact: boolean; note: string; bytes: number; rendition: string | null; tracks: DesktopRecordingsItemTracksItem[]; fileName: string; deletedAt: string | null; fileUrl: string | null; thumbnailUrl: string | null; published: boolean; publicUrl: string | null }
type LiveDemo = { running: boolean; name: string | null; since: string | null; frame: number; skippedFrames: number; error: string | null }
type LiveDestinationsItemStatistics = { bitrateKbps: number; bytes: number; frames: number; droppedFrames: number; queuedMs: number; rttMs: number | null; packetsLost: number | null; packetsRetransmitted: number | null; reconnects: number; attempts: number; liveSince: string | null }
type LiveDestinationsItem = { id: string; stream: string; label: string; template: 'youtube' | 'twitch' | 'facebook' | 'kick' | 'custom' | 'srt' | 'whip'; url: string; keyHint: string | null; enabled: boolean; rendition: string; audioTrack: string | null; certificate: string; latencyMs: number | null; hasPassphrase: boolean; createdAt: string; state: 'off' | 'connecting' | 'live' | 'retrying' | 'failed'; stateSince: string; error: { code: string; message: string; remedy: string } | null; nextAttemptAt: string | null; statistics: LiveDestinationsItemStatistics }
type LiveDestinations = { items: LiveDestinationsItem[]; nextCursor: null }
type LiveEncodersItem = { name: string; codec: 'h264' | 'hevc' | 'av1'; kind: string; found: boolean; reason: string | null; speed: number | null }
type LiveEncoders = { items: LiveEncodersItem[] }
type LiveHooksItem = { id: string; label: string; url: string; events: ('publish' | 'play' | 'stream.live' | 'stream.lost' | 'stream.returned' | 'stream.ended' | 'play.ended' | 'recording.completed' | 'alert')[]; stream: string | null; enabled: boolean; timeoutMs: number; onFailure: 'refuse' | 'allow'; createdAt: string; waiting: number }
type LiveKeysItemLimits = { maxVideoKbps: number | null; maxHeight: number | null; maxFrameRate: number | null; maxViewers: number | null; maxDurationMinutes: number | null }
type LiveKeysItem = { id: string; label: string; stream: string; hint: string; enabled: boolean; role: 'primary' | 'backup'; onSecondPublisher: 'refuse' | 'takeover' | 'backup'; sameAddressOnly: boolean; restartWindowMs: number; limits: LiveKeysItemLimits; onOverLimit: 'refuse' | 'transcode'; createdAt: string; rotatedAt: string | null; revokedAt: string | null; lastUsedAt: string | null }
type LiveKeysPostBodyLimits = { maxVideoKbps?: number | null | undefined; maxHeight?: number | null | undefined; maxFrameRate?: number | null | undefined; maxViewers?: number | null | undefined; maxDurationMinutes?: number | null | undefined }
type PostLiveKeysPublish = { rtmpServer: string; rtmpsServer: string | null; srtServer: string | null; srtUrl?: string; key?: string; ffmpeg?: string }
type PostLiveKeys = { key: LiveKeysItem; secret: string; publish: PostLiveKeysPublish }
type LivePlaybackKeysItem = { id: string; label: string; kind: 'secret' | 'public'; publicKey: string | null; createdAt: string }
type LivePresetsItem = { id: string; name: string; codec: 'h264' | 'hevc' | 'av1'; speed: 'fastest' | 'fast' | 'fine'; bFrames: 0 | 3; rungs: { height: number; kbps: number }[]; builtIn: boolean }
type LiveRecordingRetention = { maxAgeDays: number | null; maxTotalMegabytes: number | null; minFreeMegabytes: number }
type LiveRecordingRule = { enabled: boolean; container: 'mp4' | 'mkv' | 'ts'; splitMinutes: number | null; splitMegabytes: number | null; tracks: string[]; fileName: string }
type LiveRecordingRulePutBody = { enabled: boolean; container: 'mp4' | 'mkv' | 'ts'; splitMinutes: number | null; splitMegabytes: number | null; tracks: readonly string[]; fileName: string }
type LiveRecordingsItem = { id: string; title: string; session: string; number: number; state: 'recording' | 'complete' | 'recovered' | 'failed'; error: { code: string; message: string } | null; fileName: string; startedAt: string; durationMs: number; bytes: number; tracks: DesktopRecordingsItemTracksItem[]; kept: boolean; deletedAt: string | null; fileUrl: string; thumbnailUrl: string | null; streamId: string; stream: string; container: 'mp4' | 'mkv' | 'ts'; timelineMs: number; spritesUrl: string | null; published: boolean; publicUrl: string | null }
type LiveSlatesItem = { id: string; label: string; bytes: number; createdAt: string }
type LiveSourcesItem = { id: string; stream: string; url: string; when: 'always' | 'on-demand'; enabled: boolean; state: 'off' | 'idle' | 'connecting' | 'live' | 'retrying'; error: string | null; nextAttemptAt: string | null; liveSince: string | null; format: string | null; skipped: string[]; createdAt: string }
type LiveStreamsItemPublisher = { sessionId: string; protocol: 'rtmp' | 'rtmps' | 'srt' | 'whip' | 'udp' | 'pull' | 'slate' | 'studio' | 'desktop'; remoteAddress: string; encoder: string; keyId: string | null; connectedAt: string; role: 'primary' | 'backup' }
type LiveStreamsItemPublishersItemHealth = { timeMs: number; videoBitrateKbps: number; audioBitrateKbps: number; frameRate: number; keyframeIntervalMs: number | null; droppedFrames: number; lateFrames: number; avOffsetMs: number | null; timestampRepairs: number; faults: number; viewers: number; bytesIn: number; bytesOut: number; keyframeSequence: number }
type LiveStreamsItemPublishersItemWarningsItem = { code: 'keyframe-interval-long' | 'no-keyframe' | 'bitrate-low' | 'frames-dropped' | 'frames-late' | 'av-offset' | 'timestamps-repaired' | 'b-frames' | 'no-audio' | 'no-video' | 'encoder-behind'; message: string }
type LiveStreamsItemPublishersItem = { sessionId: string; protocol: 'rtmp' | 'rtmps' | 'srt' | 'whip' | 'udp' | 'pull' | 'slate' | 'studio' | 'desktop'; remoteAddress: string; encoder: string; keyId: string | null; connectedAt: string; role: 'primary' | 'backup'; onAir: boolean; tracks: DesktopRecordingsItemTracksItem[]; health: LiveStreamsItemPublishersItemHealth | null; warnings: LiveStreamsItemPublishersItemWarningsItem[] }
type LiveStreamsItem = { id: string; name: string; title: string; state: 'pending' | 'active' | 'ended' | 'error'; reconnecting: boolean; error: { code: string; message: string } | null; createdAt: string; startedAt: string | null; endedAt: string | null; publisher: LiveStreamsItemPublisher | null; onAir: 'primary' | 'backup' | 'slate' | null; publishers: LiveStreamsItemPublishersItem[]; tracks: DesktopRecordingsItemTracksItem[]; metadata: Record<string, string | number | boolean>; health: LiveStreamsItemPublishersItemHealth | null; warnings: LiveStreamsItemPublishersItemWarningsItem[]; viewers: number; demo: boolean; watchUrl: string; hlsUrl: string; dashUrl: string; rtmpUrl: string; srtUrl: string | null; pictureUrl: string }
type LiveStreamsAccess = { mode: 'open' | 'signed'; allow: string[]; deny: string[] }
type LiveStreamsDvr = { windowMs: number; isDefault: boolean; availableMs: number; diskBytes: number; paused: boolean }
type LiveStreamsRecording = { stream: string; state: 'off' | 'recording' | 'waiting' | 'failed'; by: 'rule' | 'hand' | null; session: string | null; recordingId: string | null; error: { code: string; message: string; remedy: string } | null }
type LiveStreamsRecordingRule = { rule: LiveRecordingRule; from: 'default' | 'stream' }
type LiveStreamsRenditionsChoice = { mode: 'off' | 'auto' | 'preset'; preset?: string | null; heights?: number[] | null }
type LiveStreamsRenditionsRenditionsItem = { id: string; state: 'starting' | 'running' | 'shed' | 'failed'; width: number; height: number; codec: 'h264' | 'hevc' | 'av1'; encoder: string; speedPreset: string; targetKbps: number; kbps: number; frameRate: number; busyMs: number; error: string | null }
type LiveStreamsRenditions = { choice: LiveStreamsRenditionsChoice; chosen: boolean; state: 'off' | 'not-live' | 'running' | 'away' | 'broken' | 'multitrack' | 'nothing-to-make'; error: string | null; capped: boolean; behindMs: number; load: number; renditions: LiveStreamsRenditionsRenditionsItem[] }
type LiveStreamsSessionsItem = { id: string; streamId: string; protocol: 'hls' | 'll-hls' | 'dash' | 'rtmp' | 'http-flv' | 'webrtc' | 'srt'; remoteAddress: string; userAgent: string; player: string | null; rendition: string | null; quality: string | null; startedAt: string; lastSeenAt: string; bytes: number; averageKbps: number; watchedMs: number; switches: number; stalls: number | null; stallMs: number | null; startupMs: number | null; latencyMs: number | null; bufferMs: number | null; bitrateKbps: number | null; throughputKbps: number | null; droppedFrames: number | null; errors: number | null; lastError: string | null; reportedBy: 'beacon' | 'cmcd' | 'requests' }
type LiveStreamsViewersFiguresProtocols = { hls?: number; 'll-hls'?: number; dash?: number; rtmp?: number; 'http-flv'?: number; webrtc?: number; srt?: number }
type LiveStreamsViewersFigures = { timeMs: number; concurrent: number; total: number; peak: number; protocols: LiveStreamsViewersFiguresProtocols; qualities: Record<string, number>; measured: number; rebufferRatio: number | null; stalls: number; startupMs: number | null; latencyP50Ms: number | null; latencyP95Ms: number | null; kbps: number; bytes: number; healthScore: number | null }
type LiveUdpInputsItem = { id: string; stream: string; url: string; state: 'waiting' | 'live' | 'error'; error: { code: string; message: string; remedy: string } | null; sender: string | null; datagrams: number; createdAt: string }
type NetworkAnalyticsTrafficNodesItemCost = { currency: string; amount: number; perTb: number | null } | null
type NetworkAttacksSettings = { alarmPercent: number; minPerSecond: number; block: boolean; blockMinutes: number; challenge: 'off' | 'attack' | 'always'; challengeBits: number; passMinutes: number }
type PostNetworkCacheWarmNodesItem = { id: string; name: string; state: 'running' | 'done' | 'failed' | 'cancelled'; reason: string | null; total: number; done: number; failed: number; bytes: number }
type PostNetworkCacheWarm = { id: number; startedAt: string; urls: number; nodes: PostNetworkCacheWarmNodesItem[] }
type NetworkCloudMachinesItem = { id: string; name: string; provider: string; size: string; region: string; perHour: number; currency: string; state: 'ordering' | 'booting' | 'ready' | 'draining' | 'destroying' | 'failed' | 'ended'; by: 'operator' | 'scaling'; providerId: string | null; addresses: string[]; nodeId: string | null; orderedAt: string; error: { code: string; message: string; remedy: string } | null }
type NetworkCloudMachinesUnknownItem = { provider: string; providerId: string; name: string; addresses: string[] }
type NetworkCloudMachines = { items: NetworkCloudMachinesItem[]; unknown: NetworkCloudMachinesUnknownItem[] }
type NetworkDnsSettingsNodesItem = { id: string; country: string | null; addresses: string[]; weight: number }
type NetworkDnsSettings = { enabled: boolean; zone: string; name: string; ttlS: number; listen: { address: string; port: number }[]; nameServers: { name: string; addresses: string[] }[]; secondaries: { address: string; port: number }[]; geoFile: string | null; nodes: NetworkDnsSettingsNodesItem[] }
type NetworkDns = { settings: NetworkDnsSettings; running: boolean; problem: string | null; servedAt: string | null; serving: { id: string; name: string; addresses: string[] }[]; left: { id: string; name: string; why: string }[]; ds: string[] }
type NetworkFunctionsItemNodesItem = { id: string; name: string; state: 'done' | 'waiting' | 'away' | 'failed'; reason: string | null }
type NetworkFunctionsItem = { name: string; version: number; deployedAt: string; routes: string[]; fetchHosts: string[]; variables: Record<string, string>; secrets: string[]; nodes: NetworkFunctionsItemNodesItem[] }
type NetworkGroupsItem = { name: string; configuration: string; hasFormer: boolean; changedAt: string }
type PutNetworkGroupsNodesItem = { id: string; name: string; state: 'waiting' | 'running' | 'done' | 'failed' | 'undone' | 'skipped'; note: string }
type PutNetworkGroups = { id: string; kind: 'configuration' | 'update'; subject: string; state: 'running' | 'done' | 'failed' | 'cancelled'; startedAt: string; endedAt: string | null; nodes: PutNetworkGroupsNodesItem[]; log: string[]; error: { code: string; message: string; remedy: string } | null }
type NetworkLimitsRoutesItem = { path: string; perMinute: number; burst: number; per: 'address' | 'all' }
type NetworkLimits = { enabled: boolean; anonymous: { perMinute: number; burst: number }; signedIn: { perMinute: number; burst: number }; live: { perMinute: number; burst: number }; routes: NetworkLimitsRoutesItem[] }
type NetworkMachinesCheckPostBodyCredentials = { kind: 'key'; privateKey: string; passphrase?: string | undefined }
type NetworkMachinesCheckPostBodyCredentials2 = { kind: 'keyFile'; name: string; passphrase?: string | undefined }
type NetworkMachinesCheckPostBodyCredentials3 = { kind: 'agent' } | { kind: 'password'; password: string } | NetworkMachinesCheckPostBodyCredentials | NetworkMachinesCheckPostBodyCredentials2
type NetworkMachinesCheckPostBody = { host: string; port?: number | undefined; user: string; hostKey: string; credentials: NetworkMachinesCheckPostBodyCredentials3; sudoPassword?: string | undefined; role?: 'edge' | 'origin' | undefined; name?: string | undefined; origin?: string | undefined; bind?: string | undefined; httpPort?: number | undefined; httpsPort?: number | 'off' | undefined; acmeNames?: string | undefined; acmeEmail?: string | undefined; cache?: boolean | undefined; cacheSize?: string | undefined; rtmpPort?: number | 'off' | undefined; rtmpsPort?: number | 'off' | undefined; srtPort?: number | 'off' | undefined; webrtcPort?: number | 'off' | undefined }
type NetworkMachinesJobsItemStepsItem = { id: 'connect' | 'check' | 'prepare' | 'copy' | 'nginx' | 'configure' | 'start' | 'join' | 'answer' | 'finish' | 'remove' | 'undo'; state: 'waiting' | 'running' | 'done' | 'failed'; ms: number | null }
type NetworkMachinesJobsItem = { id: string; kind: 'add' | 'remove'; host: string; port: number; user: string; state: 'running' | 'done' | 'failed' | 'cancelled'; startedAt: string; endedAt: string | null; steps: NetworkMachinesJobsItemStepsItem[]; sentBytes: number; totalBytes: number; nodeId: string | null; role: 'edge' | 'origin'; hostUrl: string | null; error: { code: string; message: string; remedy: string } | null }
type NetworkNodesItemTrafficCache = { bytes: number; maxBytes: number; objects: number; warning: 0 | 80 | 90 | 95 }
type NetworkNodesItemTrafficAnycast = { announced: boolean; reason: string | null; neighbors: { address: string; up: boolean; state: string }[] }
type NetworkNodesItemTrafficPrefetch = { isOn: boolean; predicted: number; share: number | null; fetched: number; bytes: number }
type NetworkNodesItemTraffic = { at: string; requestsPerS: number; bitrateOutBps: number; bitrateInBps: number; hitRatio: number | null; errorRatio: number; p50Ms: number | null; p95Ms: number | null; p99Ms: number | null; connections: number; cpu: number; memory: number; cache: NetworkNodesItemTrafficCache | null; region: string | null; capacityMbps: number | null; anycast: NetworkNodesItemTrafficAnycast | null; prefetch: NetworkNodesItemTrafficPrefetch | null }
type NetworkNodesItem = { id: string; name: string; enabled: boolean; publicUrl: string | null; draining: boolean; group: string | null; labels: string[]; connected: boolean; connectedSince: string | null; remoteAddress: string | null; version: string | null; createdAt: string; streams: number; sentBytes: number; requests: number; deliveredBytes: number; waiting: number; traffic: NetworkNodesItemTraffic | null }
type NetworkProvidersItem = { name: string; kind: 'command' | 'hetzner'; program: string | null; url: string | null; maxMachines: number; maxPerHour: number; machines: number; perHour: number }
type NetworkScalingSettings = { enabled: boolean; dryRun: boolean; provider: string; size: string; regions: string[]; floor: number; ceiling: number; upPercent: number; downPercent: number; idleHours: number; atOnce: number; drainS: number; origin: string; httpPort: number; httpsPort: number | 'off'; cache: boolean; cacheSize: string; publicUrl: string; group: string | null }
type NetworkScalingDecisionsItem = { at: string; action: 'add' | 'remove' | 'none'; why: 'busy' | 'below-floor' | 'idle' | 'away' | 'ceiling' | 'budget' | 'by-hand' | 'failed'; count: number; machine: string | null; nodes: number; loadPercent: number; peakPercent: number; dryRun: boolean; error: { code: string; message: string; remedy: string } | null }
type NetworkScaling = { settings: NetworkScalingSettings; nodes: number; waiting: number; loadPercent: number; decisions: NetworkScalingDecisionsItem[] }
type ObsItemVersion = { obs: string; webSocket: string; platform: string; platformDescription: string; requests: string[]; imageFormats: string[] }
type ObsItemActivity = { streaming: boolean; recording: boolean; program: string | null }
type ObsItem = { id: string; name: string; host: string; port: number; enabled: boolean; password: 'none' | 'kept' | 'found'; createdAt: string; state: 'connecting' | 'connected' | 'disconnected' | 'failed'; stateSince: string; error: { code: string; message: string; remedy: string } | null; nextAttemptAt: string | null; attempts: number; reconnects: number; version: ObsItemVersion | null; activity: ObsItemActivity | null; linkedStream: { stream: string; keyId: string } | null; connector: { connected: boolean } | null }
type Obs = { items: ObsItem[]; nextCursor: null }
type ObsBatchPostBodyRequestsItem = { request: string; data?: Record<string, unknown> | undefined }
type PostObsConnectorToken = { instance: ObsItem; token: string }
type ObsFollowingItem = { source: string; filter: string; kind: 'chroma_key_filter_v2' | 'color_filter_v2' | 'compressor_filter' | 'noise_suppress_filter_v2'; on: boolean; whiteBalance: boolean; saturation: boolean; limit: number; limitDb: number; chosen: Record<string, string | number> | null; problem: string | null }
type ObsMirrorScenesItemFiltersItem = { name: string; kind: string; enabled: boolean; index: number }
type ObsStreamService = { type: string; server: string | null; service: string | null; keyHint: string | null }
type ObsTemplatePostBody = { collection?: Record<string, unknown> | undefined; show?: string | undefined; gameCapture?: boolean | undefined; expect?: string | undefined }
type PostObsTemplateCreatedItem = { what: 'scene' | 'input' | 'item' | 'filter'; name: string; in?: string; fields?: string[]; why?: string }
type PostObsTemplateApplication = { id: string; template: string; collection: string; state: 'applied' | 'interrupted'; at: string }
type ObsScanFoundItem = { host: string; port: number; webSocket: string; authentication: boolean }
type ObsScan = { state: 'idle' | 'running' | 'done' | 'cancelled'; network: string | null; port: number | null; done: number; total: number; found: ObsScanFoundItem[]; networks: string[] }
type PostSessions = { id: string; role: 'viewer' | 'editor' | 'admin' | 'none'; signInRequired: boolean }
type Settings = { reconnectWindowMs: number; cdnPrefix: string; playerTheme: 'auto' | 'dark' | 'light'; studioResumeWithinMs: number; globalHotkeys: 'off' | 'safe' | 'all'; notifyOutputs: boolean; notifyRecordings: boolean; notifyGuests: boolean; notifyDisk: boolean }
type ShellShellWindowsItemView = { kind: 'projector'; of: 'program' | 'preview' | 'scene' | 'source'; id: string }
type ShellShellWindowsItemView2 = { kind: 'main' } | { kind: 'multiview' } | { kind: 'docks' } | ShellShellWindowsItemView
type StudioOutputsItem = { id: string; name: string; kind: string; state: 'off' | 'starting' | 'live' | 'retrying' | 'paused' | 'failed'; error: { code: string; message: string; remedy: string } | null; startedAt: string | null; statistics: Record<string, number | string | boolean | null> }
type StudioActiveWindowLogItem = { time: string; window: { class: string; title: string }; macro: string; result: 'ran' | 'skipped' | 'failed'; problem: string | null }
type StudioActiveWindow = { enabled: boolean; window: { class: string; title: string } | null; last: { class: string; title: string } | null; problem: string | null; problems: Record<string, string>; log: StudioActiveWindowLogItem[] }
type StudioAudioFilterKindsItem = { kind: string; title: string; settings: Record<string, unknown>; pictures?: boolean; sound?: boolean; encodes?: boolean; commands?: string[]; devices?: string; description?: string; latencyMs?: number; key?: string }
type StudioAudioFilterKinds = { items: StudioAudioFilterKindsItem[] }
type StudioCanvasesItem = { id: string; name: string; width: number; height: number; background: string; scene: string; guides?: { x: number[]; y: number[] } }
type StudioCanvasesPostQuery = { ifRevision?: number | undefined; index?: number | undefined }
type PostStudioCanvases = { revision: number; item: StudioCanvasesItem }
type DeleteStudioCanvases = { revision: number; undo: string | null; redo: string | null; made: string[] }
type StudioCanvasesMovePostBody = { index?: number | undefined; to?: string | undefined; ifRevision?: number | undefined }
type StudioChannelsItemSignIn = { state: 'waiting' | 'failed'; userCode: string; url: string; expiresAt: string; reason: 'denied' | 'expired' | 'rejected' | null; detail: string | null }
type StudioChannelsItem = { service: 'twitch' | 'youtube'; connected: boolean; connectedBy: 'token' | 'sign-in' | null; clientId: string | null; hasClientSecret: boolean; signIn: StudioChannelsItemSignIn | null }
type StudioChannels = { title: string; category: { id: string; name: string } | null }
type StudioCollectionCollectionScenesItemItemAlignment = { x: 'left' | 'center' | 'right'; y: 'top' | 'center' | 'bottom' }
type StudioCollectionCollectionScenesItemItemCrop = { left: number; top: number; right: number; bottom: number }
type StudioCollectionCollectionScenesItemItemBounds = { fit: 'stretch' | 'contain' | 'cover' | 'width' | 'height' | 'shrink'; width: number; height: number; alignment: StudioCollectionCollectionScenesItemItemAlignment }
type StudioCollectionCollectionScenesItemItemShowTransition = { kind: 'fade' | 'slide'; durationMs: number; direction?: 'left' | 'right' | 'up' | 'down' }
type StudioCollectionCollectionScenesItemItem = { id: string; name?: string; visible: boolean; locked: boolean; position: { x: number; y: number }; scale: { x: number; y: number }; rotation: number; alignment: StudioCollectionCollectionScenesItemItemAlignment; crop: StudioCollectionCollectionScenesItemItemCrop; bounds: StudioCollectionCollectionScenesItemItemBounds | null; blend: 'normal' | 'add' | 'subtract' | 'screen' | 'multiply' | 'overlay' | 'lighten' | 'darken' | 'difference' | 'color-dodge' | 'color-burn' | 'hard-light' | 'soft-light'; opacity: number; sampling: 'smooth' | 'nearest'; light?: 'video' | 'linear'; showTransition?: StudioCollectionCollectionScenesItemItemShowTransition; hideTransition?: StudioCollectionCollectionScenesItemItemShowTransition; link?: string; source: string }
type StudioCollectionCollectionScenesItemItem2 = { id: string; name?: string; visible: boolean; locked: boolean; position: { x: number; y: number }; scale: { x: number; y: number }; rotation: number; alignment: StudioCollectionCollectionScenesItemItemAlignment; crop: StudioCollectionCollectionScenesItemItemCrop; bounds: StudioCollectionCollectionScenesItemItemBounds | null; blend: 'normal' | 'add' | 'subtract' | 'screen' | 'multiply' | 'overlay' | 'lighten' | 'darken' | 'difference' | 'color-dodge' | 'color-burn' | 'hard-light' | 'soft-light'; opacity: number; sampling: 'smooth' | 'nearest'; light?: 'video' | 'linear'; showTransition?: StudioCollectionCollectionScenesItemItemShowTransition; hideTransition?: StudioCollectionCollectionScenesItemItemShowTransition; link?: string; scene: string }
type StudioCollectionCollectionScenesItemItem3 = { id: string; name?: string; visible: boolean; locked: boolean; position: { x: number; y: number }; scale: { x: number; y: number }; rotation: number; alignment: StudioCollectionCollectionScenesItemItemAlignment; crop: StudioCollectionCollectionScenesItemItemCrop; bounds: StudioCollectionCollectionScenesItemItemBounds | null; blend: 'normal' | 'add' | 'subtract' | 'screen' | 'multiply' | 'overlay' | 'lighten' | 'darken' | 'difference' | 'color-dodge' | 'color-burn' | 'hard-light' | 'soft-light'; opacity: number; sampling: 'smooth' | 'nearest'; light?: 'video' | 'linear'; showTransition?: StudioCollectionCollectionScenesItemItemShowTransition; hideTransition?: StudioCollectionCollectionScenesItemItemShowTransition; link?: string; group: (StudioCollectionCollectionScenesItemItem | StudioCollectionCollectionScenesItemItem2)[] }
type StudioCollectionCollectionScenesItemFiltersItem = { id: string; name: string; kind: string; enabled: boolean; settings: Record<string, unknown> }
type StudioCollectionCollectionScenesItem = { id: string; name: string; canvas: string; items: (StudioCollectionCollectionScenesItemItem | StudioCollectionCollectionScenesItemItem2 | StudioCollectionCollectionScenesItemItem3)[]; filters: StudioCollectionCollectionScenesItemFiltersItem[]; transition?: string; follows?: string; color?: string; folder?: string }
type StudioCollectionCollectionSourcesItemAudio = { gainDb: number; pan: number; muted: boolean; solo: boolean; syncOffsetMs: number; tracks: number[]; monitoring: 'off' | 'only' | 'also'; followsVideo: boolean; filters: StudioCollectionCollectionScenesItemFiltersItem[] }
type StudioCollectionCollectionSourcesItem = { id: string; name: string; kind: string; settings: Record<string, unknown>; filters: StudioCollectionCollectionScenesItemFiltersItem[]; audio?: StudioCollectionCollectionSourcesItemAudio }
type StudioCollectionCollectionTransitionsItem = { id: string; name: string; kind: 'cut' | 'fade' | 'slide' | 'push' | 'wipe' | 'stinger' | 'move'; durationMs: number; settings: Record<string, unknown> }
type StudioCollectionCollectionOutputsItemVideo = { codec: 'h264' | 'hevc' | 'av1'; encoder: string; height: number | null; frameDivisor: number; rateControl: 'cbr' | 'vbr' | 'crf'; bitrateKbps: number; maxBitrateKbps: number | null; crf: number; preset: string; keyframeMs: number; bFrames: number; profile: 'auto' | 'baseline' | 'main' | 'high'; colorSpace: 'bt709' | 'bt601'; colorRange: 'limited' | 'full' }
type StudioCollectionCollectionOutputsItemAudioItem = { codec: 'aac' | 'opus'; bitrateKbps: number; track: number }
type StudioCollectionCollectionOutputsItem = { id: string; name: string; kind: 'host' | 'rtmp' | 'srt' | 'whip' | 'recording' | 'replay' | 'virtual-camera'; autostart: boolean; canvas: string; video: StudioCollectionCollectionOutputsItemVideo | null; audio: StudioCollectionCollectionOutputsItemAudioItem[]; settings: Record<string, unknown> }
type StudioCollectionCollectionMacrosItemWindow = { of: 'any' | 'title' | 'class' | 'other'; how?: 'contains' | 'regex'; text?: string; delayMs?: number }
type StudioCollectionCollectionMacrosItem = { id: string; name: string; hotkeys: string[]; actions: Record<string, unknown>[]; released?: Record<string, unknown>[]; window?: StudioCollectionCollectionMacrosItemWindow; rule?: AutomationRulesItemSettings }
type StudioCollectionCollectionTracksItem = { id: string; name: string; filters: StudioCollectionCollectionScenesItemFiltersItem[] }
type StudioCollectionCollection = { format: 'ami-streams/collection'; version: 1; id: string; name: string; frameRate: { numerator: number; denominator: number }; canvases: StudioCanvasesItem[]; scenes: StudioCollectionCollectionScenesItem[]; sources: StudioCollectionCollectionSourcesItem[]; transitions: StudioCollectionCollectionTransitionsItem[]; transition: string; outputs: StudioCollectionCollectionOutputsItem[]; macros: StudioCollectionCollectionMacrosItem[]; tracks: StudioCollectionCollectionTracksItem[]; byEditors?: string; monitorDevice?: string }
type StudioCollection = { revision: number; undo: string | null; redo: string | null; name: string; file: string; saved: boolean; conflict: boolean; error: { code: string; message: string; remedy: string } | null; lostSecrets: string[]; collection: StudioCollectionCollection }
type StudioCollectionVersions = { items: { id: string; replacedAt: string; bytes: number }[] }
type StudioCollectionsItem = { name: string; bytes: number; changedAt: string; open: boolean }
type StudioDocksItem = { id: string; name: string; url: string; opens: 'pane' | 'window' }
type StudioFilesItemTracksItem = { id: string; kind: string; codec: string; name: string; width?: number; height?: number }
type StudioFilesItem = { id: string; title: string; output: string; outputName: string; kind: 'recording' | 'replay'; session: string; part: number; state: 'writing' | 'complete' | 'recovered' | 'failed'; error: { code: string; message: string } | null; container: 'mp4' | 'mkv'; path: string; fileName: string; startedAt: string; durationMs: number; bytes: number; tracks: StudioFilesItemTracksItem[]; chapters: { atMs: number; name: string }[]; kept: boolean; remuxedFrom: string | null; deletedAt: string | null; fileUrl: string; thumbnailUrl: string | null }
type StudioFilterPresetsItem = { id: string; kind: string; name: string; settings: Record<string, unknown> }
type StudioGuestsItem = { id: string; label: string; name: string | null; stream: string; state: 'invited' | 'waiting' | 'on-air' | 'away' | 'expired'; connected: boolean; onAir: boolean; inPreview: boolean; source: string | null; camera: boolean; microphone: boolean; talkedTo: boolean; receives: boolean; createdAt: string; expiresAt: string }
type PostStudioGuests = { id: string; stream: string; joinUrl: string; guest: StudioGuestsItem }
type PostStudioGuestsPutOnAir = { id: string; label: string; name: string | null; stream: string; state: 'invited' | 'waiting' | 'on-air' | 'away' | 'expired'; connected: boolean; onAir: boolean; inPreview: boolean; source: string | null; camera: boolean; microphone: boolean; talkedTo: boolean; receives: boolean; createdAt: string; expiresAt: string; step: string | null }
type PostStudioHotkeysItem = { run: string; macro: string; state: 'running' | 'done' | 'failed' | 'stopped'; done: number; actions: number; error: { code: string; message: string; remedy: string } | null }
type PostStudioHotkeys = { items: PostStudioHotkeysItem[] }
type PostStudioMacros = { revision: number; item: StudioCollectionCollectionMacrosItem }
type StudioMacrosDuplicatePostBody = { id?: string | undefined; name?: string | undefined; sources?: 'share' | 'copy' | undefined; ifRevision?: number | undefined }
type StudioObsProtocolPairingRequestsItem = { id: string; ip: string; program: string; askedAt: string }
type StudioObsProtocol = { enabled: boolean; port: number; listen: 'loopback' | 'network'; state: 'off' | 'listening' | 'failed'; openPort: number | null; error: { code: string; message: string; remedy: string } | null; connections: number; pairingUntil: string | null; pairingRequests: StudioObsProtocolPairingRequestsItem[] }
type StudioObsProtocolClientsItem = { id: string; name: string; right: 'view' | 'control' | 'edit'; createdAt: string; lastUsedAt: string | null; connections: number }
type PostStudioObsProtocolClients = { client: StudioObsProtocolClientsItem; password: string }
type StudioOutputsItem2 = { id: string; name: string; kind: 'host' | 'rtmp' | 'srt' | 'whip' | 'recording' | 'replay' | 'virtual-camera'; autostart: boolean; canvas: string; video: StudioCollectionCollectionOutputsItemVideo | null; audio: StudioCollectionCollectionOutputsItemAudioItem[]; settings: Record<string, unknown>; report: StudioOutputsItem | null }
type PostStudioOutputs = { revision: number; item: StudioOutputsItem2 }
type StudioOutputsCommandsPostBody = { command: string; details?: Record<string, unknown> | undefined }
type PostStudioOverlayFileItemData = { state: 'off' | 'connecting' | 'running' | 'failed'; problem: string | null }
type PostStudioOverlayFileItem = { id: string; createdAt: string; kind: string; name: string; settings: Record<string, unknown>; state: unknown; data: PostStudioOverlayFileItemData; pages: number }
type PostStudioPreviewCanvasesItem = { canvas: string; program: string; preview: string | null; transition: string | null; tBar: number | null }
type PostStudioPreview = { studioMode: boolean; transition: string | null; durationMs: number | null; canvases: PostStudioPreviewCanvasesItem[] }
type StudioPreviewFeedGetQuery = { canvas?: string | undefined; of?: 'program' | 'preview' | 'scene' | 'source' | undefined; scene?: string | undefined; source?: string | undefined; height?: 180 | 270 | 360 | 450 | 540 | 630 | 720 | undefined }
type PostStudioProgram = { canvas: string; scene: string; transition: string; durationMs: number; frame: number | null; tookMs: number | null; followed: { canvas: string; scene: string }[] }
type StudioRecoveryOfferOutputsItem = { id: string; name: string; kind: string; goesOn: boolean; why: string | null }
type StudioRecoveryOfferRecordingsItem = { id: string; title: string; state: string; durationMs: number; bytes: number }
type StudioRecoveryOffer = { endedAt: string; cause: string | null; scenes: { canvas: string; scene: string }[]; outputs: StudioRecoveryOfferOutputsItem[]; recordings: StudioRecoveryOfferRecordingsItem[] }
type StudioRecoverySafeMode = { on: boolean; offered: boolean; leftOut: { id: string; name: string; kind: string }[] }
type StudioRecovery = { offer: StudioRecoveryOffer | null; safeMode: StudioRecoverySafeMode }
type PostStudioRedo = { revision: number; undo: string | null; redo: string | null; made: string[]; name: string }
type PostStudioScenes = { revision: number; item: StudioCollectionCollectionScenesItem }
type StudioScenesFiltersItem = { id: string; name: string; kind: string; enabled: boolean; settings: Record<string, unknown>; problem: string | null; chosen: Record<string, string | number> | null }
type StudioScenesFilters = { revision: number; items: StudioScenesFiltersItem[] }
type PostStudioScenesFilters = { revision: number; item: StudioScenesFiltersItem }
type PostStudioScenesItems = { revision: number; item: StudioCollectionCollectionScenesItemItem | StudioCollectionCollectionScenesItemItem2 | StudioCollectionCollectionScenesItemItem3 }
type StudioSourcesItemReport = { state: 'starting' | 'running' | 'paused' | 'waiting' | 'failed' | 'ended'; problem?: string; details?: Record<string, string | number | boolean | null>; picture?: { width: number; height: number } }
type StudioSourcesItem = { id: string; name: string; kind: string; settings: Record<string, unknown>; filters: StudioCollectionCollectionScenesItemFiltersItem[]; audio?: StudioCollectionCollectionSourcesItemAudio; report: StudioSourcesItemReport | null }
type PostStudioSources = { revision: number; item: StudioSourcesItem }
type StudioSourcesAudioFiltersItem = { id: string; name: string; kind: string; enabled: boolean; settings: Record<string, unknown>; chosen: Record<string, string | number> | null }
type StudioSourcesAudioFilters = { revision: number; items: StudioSourcesAudioFiltersItem[] }
type PostStudioSourcesAudioFilters = { revision: number; item: StudioSourcesAudioFiltersItem }
type StudioTracks = { revision: number; item: StudioCollectionCollectionTracksItem }
type PostStudioTransitions = { revision: number; item: StudioCollectionCollectionTransitionsItem }
type StudioUploadedFilesItem = { id: string; path: string; kind: 'image' | 'video' | 'audio' | 'lut' | 'font'; type: string; bytes: number; uploadedAt: string; usedBy: string[] }
type PostStudioUploads = { id: string; name: string; bytes: number; received: number; file: StudioUploadedFilesItem | null }
type TokensItem = { id: string; label: string; role: 'viewer' | 'editor' | 'admin'; createdAt: string; expiresAt: string | null; revokedAt: string | null; lastUsedAt: string | null }
