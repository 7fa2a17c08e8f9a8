import { useEffect } from 'react'
import { call, reportProblem } from '../../client/api.ts'
import { followEvents } from '../../client/event-followers.ts'
import { useKinds } from '../kinds.ts'
import { keepFilterChoices, keepFilterProblems } from '../show-store.ts'
import type { Source } from '../types.ts'
import { Chain } from './chain.tsx'
import { t } from './messages.ts'
import { SourcePreview } from './source-preview.tsx'
import './filters.css'

/** Chains of filters of a source: of its video, and of its audio. */
export function SourceFilters({
  source,
  hasVideo,
  editor,
}: {
  readonly source: Source
  readonly hasVideo: boolean
  readonly editor: boolean
}) {
  const videoKinds = useKinds('filter-kinds')
  const audioKinds = useKinds('audio-filter-kinds')
  const { id } = source
  const filtered = hasVideo && source.filters.length > 0
  useEffect(() => {
    if (!filtered) return
    const read = (): void =>
      void call('GET', `/studio/sources/${id}/filters`).then(({ items }) => {
        keepFilterProblems(items)
        keepFilterChoices(items)
      }, reportProblem)
    return followEvents({ onFresh: read, onEvent: () => {} })
  }, [id, filtered])
  return (
    <>
      {hasVideo && (
        <Chain
          title={t.video}
          list={`sources/${id}/filters`}
          filters={source.filters}
          kinds={videoKinds}
          editor={editor}
          testId="filters"
          source={id}
        >
          {source.filters.length > 0 && <SourcePreview source={source} />}
        </Chain>
      )}
      {source.audio !== undefined && (
        <Chain
          title={t.audio}
          list={`sources/${id}/audio-filters`}
          filters={source.audio.filters}
          kinds={audioKinds}
          editor={editor}
          testId="audio-filters"
          source={id}
          levelOf={`source:${id}`}
          audio
        />
      )}
    </>
  )
}
