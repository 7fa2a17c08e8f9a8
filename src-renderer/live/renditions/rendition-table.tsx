import type { RenditionInfo, StreamRenditions } from '../../../src-main/live/jobs/renditions/schemas.ts'

const states: Readonly<Record<RenditionInfo['state'], readonly [chip: string, text: string]>> = {
  starting: ['pending', 'starting'],
  running: ['good', 'running'],
  shed: ['pending', 'given up for now'],
  failed: ['error', 'failed'],
}

/** What is made of a stream now, and what it costs. */
export function RenditionTable({ view }: { readonly view: StreamRenditions }) {
  return (
    <table className="rendition-table" data-testid="renditions">
      <thead>
        <tr>
          <th scope="col">Rendition</th>
          <th scope="col">State</th>
          <th scope="col">Bitrate</th>
          <th scope="col">Frames</th>
          <th scope="col">Encoder</th>
          <th scope="col">Cost</th>
        </tr>
      </thead>
      <tbody>
        {view.renditions.map((rendition) => {
          const [chip, text] = states[rendition.state]
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
              <td>
                {rendition.kbps} of {rendition.targetKbps} kbps
              </td>
              <td>{rendition.frameRate} /s</td>
              <td>
                {rendition.codec.toUpperCase()} <span className="quiet small">{`${rendition.encoder} ${rendition.speedPreset}`}</span>
              </td>
              <td title="Time that scaling and encoding take of each second">{(rendition.busyMs / 10).toFixed(0)} %</td>
            </tr>
          )
        })}
      </tbody>
    </table>
  )
}
