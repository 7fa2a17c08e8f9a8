import { expect, it } from 'vitest'
import type { SourceReport } from '../../../media/source-report.ts'
import type { MediaStores } from '../../../media/worker/stores/media-stores.ts'
import { silentLogger } from '../../../platform/telemetry/logger.ts'
import { openReach } from '../../../platform/testing/open-reach.ts'
import type { Collection } from '../../document/collection.ts'
import { ActiveSources } from './active-sources.ts'

/** What is reported of a source with these settings that reports so. */
async function heard(settings: Record<string, unknown>, report: SourceReport): Promise<SourceReport | undefined> {
  let last: SourceReport | undefined
  const sources = new ActiveSources({
    stores: {} as MediaStores,
    log: silentLogger,
    folder: '',
    reach: openReach,
    displays: {},
    start: async (_kind, _settings, context) => {
      context.report(report)
      return { update() {}, async stop() {} }
    },
    clockOriginUs: () => 0,
    liveUrl: async () => '',
    memories: {},
    onMemory() {},
    onStarted() {},
    onReport: (_id, each) => {
      last = each
    },
  })
  sources.setCollection({
    id: 'show',
    sources: [{ id: 'cam', kind: 'stream', settings }],
    canvases: [{ width: 16, height: 16 }],
  } as unknown as Collection)
  await sources.close()
  return last
}

it('reports a source without the secrets of its URL, whatever quotes them', async () => {
  const url = 'https://me:word@cam.example/live.m3u8?token=abcdef'
  const report = {
    state: 'waiting',
    problem: `${url} cannot be reached: GET /live.m3u8?token=abcdef is refused (https://cdn.example/1.ts?sig=x)`,
    details: { file: url, positionMs: 4 },
  } as const
  expect(await heard({ address: url }, report)).toEqual({
    state: 'waiting',
    problem:
      'https://***@cam.example/live.m3u8?token=*** cannot be reached: GET /live.m3u8?token=*** is refused (https://cdn.example/1.ts?sig=***',
    details: { file: 'https://***@cam.example/live.m3u8?token=***', positionMs: 4 },
  })
})

it('says what to do where a URL came without its secret', async () => {
  const report = { state: 'waiting', problem: 'answers 403' } as const
  expect((await heard({ address: 'https://cam.example/a?token=***' }, report))?.problem).toMatch(/enter it again/)
})
