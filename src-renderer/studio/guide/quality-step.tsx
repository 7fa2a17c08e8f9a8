import { useEffect, useState } from 'react'
import type { EncoderInfo } from '../../../src-main/media/encoders/encoder-info.ts'
import { call, explain } from '../../client/api.ts'
import { formatBitrate } from '../../client/format.ts'
import { decimal } from '../../messages/numbers.ts'
import { MeasureUpload } from './measure-upload.tsx'
import { t } from './messages.ts'
import { chooseQuality, type Purpose, type Quality } from './quality.ts'

/** Encoders of the machine, as the host measured them; measured now where they never were. */
export function useEncoders(): { readonly encoders: readonly EncoderInfo[] | undefined; readonly problem: string } {
  const [state, setState] = useState<{ encoders: readonly EncoderInfo[] | undefined; problem: string }>({
    encoders: undefined,
    problem: '',
  })
  useEffect(() => {
    call('GET', '/live/encoders').then(
      ({ items }) => setState({ encoders: items, problem: '' }),
      (error) => setState({ encoders: [], problem: explain(error) }),
    )
  }, [])
  return state
}

interface QualityStepProps {
  readonly purpose: Purpose
  readonly encoders: readonly EncoderInfo[] | undefined
  readonly problem: string
  /** As it was typed; empty where it is not known. */
  readonly upload: string
  readonly onUpload: (upload: string) => void
}

/** The quality for the upload that was typed, Mbit/s. */
export function qualityFor(encoders: readonly EncoderInfo[], purpose: Purpose, upload: string): Quality {
  const rate = Number(upload.replace(',', '.'))
  return chooseQuality(encoders, purpose, rate > 0 ? rate * 1000 : undefined)
}

/** What was measured, what is not, and the quality that follows, in a sentence. */
export function QualityStep({ purpose, encoders, problem, upload, onUpload }: QualityStepProps) {
  if (encoders === undefined) {
    return (
      <p role="status" aria-busy="true">
        {t.measuring}
      </p>
    )
  }
  const { short, framesPerSecond, bitrateKbps, encoder, limit, uploadUnknown } = qualityFor(encoders, purpose, upload)
  return (
    <>
      {problem !== '' && (
        <p className="advice" role="alert">
          {t.measureFailed} {problem}
        </p>
      )}
      <p className="quiet" data-testid="guide-encoder">
        {encoder === undefined ? t.noEncoder : t.encoder(encoder.name, encoder.kind, decimal(encoder.speed ?? 0, 1))}
      </p>
      {purpose !== 'record' && (
        <div className="field">
          <label htmlFor="guide-upload">{t.upload}</label>
          <input
            id="guide-upload"
            className="input"
            inputMode="decimal"
            maxLength={8}
            value={upload}
            aria-describedby="guide-upload-help"
            onChange={(event) => onUpload(event.currentTarget.value)}
            data-testid="guide-upload"
          />
          <span className="hint" id="guide-upload-help">
            {t.uploadHelp}
          </span>
          <MeasureUpload onMeasured={onUpload} />
        </div>
      )}
      <p className="guide-choice" role="status" data-testid="guide-quality">
        <b>{t.choice((short * 16) / 9, short, framesPerSecond, formatBitrate(bitrateKbps))}</b>{' '}
        {limit === 'none' && (uploadUnknown || purpose === 'record') ? t.because.fast : t.because[limit]} {uploadUnknown && t.uploadUnknown}
      </p>
    </>
  )
}
