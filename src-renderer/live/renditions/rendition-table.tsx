import type { RenditionInfo, StreamRenditions } from '../../../src-main/live/jobs/renditions/schemas.ts'
import { decimal } from '../../messages/numbers.ts'
import { live as t } from '../../messages/page.ts'

const states = (): Readonly<Record<RenditionInfo['state'], readonly [chip: string, text: string]>> => ({
  starting: ['pending', t.starting],
  running: ['good', t.running],
  shed: ['pending', t.givenUpForNow],
  failed: ['error', t.failedLower],
})

/** What is made of a stream now, and what it costs. */
export function RenditionTable({ view }: { readonly view: StreamRenditions }) {
  return (
    <table className="rendition-table" data-testid="renditions">
      <thead>
        <tr>
          <th scope="col">{t.rendition}</th>
          <th scope="col">{t.state}</th>
          <th scope="col">{t.bitrate}</th>
          <th scope="col">{t.frames}</th>
          <th scope="col">{t.encoder}</th>
          <th scope="col">{t.cost}</th>
        </tr>
      </thead>
      <tbody>
        {view.renditions.map((rendition) => {
          const [chip, text] = states()[rendition.state]
          return (
            <tr key={rendition.id} data-testid={`rendition-${rendition.id}`} data-state={rendition.state}>
              <th scope="row">
                {rendition.width}×{rendition.height}
              </th>
              <td>
                <span className={`chip ${chip}`}>{text}</span>
                {rendition.error && (
                  <span className="small" role="alert">
                    {' '}
                    {rendition.error}
                  </span>
                )}
              </td>
              <td>{t.ofKbps(rendition.kbps, rendition.targetKbps)}</td>
              <td>{t.s(rendition.frameRate)}</td>
              <td>
                {rendition.codec.toUpperCase()} <span className="quiet small">{`${rendition.encoder} ${rendition.speedPreset}`}</span>
              </td>
              <td title={t.timeThatScalingAndEncoding}>{decimal(rendition.busyMs / 10, 0)} %</td>
            </tr>
          )
        })}
      </tbody>
    </table>
  )
}
