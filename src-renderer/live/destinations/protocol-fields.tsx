import type { Destination, DestinationProtocol } from '../../../src-main/live/relay/push/schemas.ts'
import { live as t } from '../../messages/page.ts'

/** What only some kinds of destination have. */
export interface ProtocolFieldValues {
  readonly passphrase: string
  /** ms, as typed. */
  readonly latency: string
  /** `system`, `any` or `fingerprint`. */
  readonly trust: string
  readonly fingerprint: string
}

/** The fields of a destination that is changed, or of a new one. */
export function protocolFieldsOf(destination: Destination | undefined): ProtocolFieldValues {
  const certificate = destination?.certificate ?? 'system'
  const named = certificate !== 'system' && certificate !== 'any'
  return {
    passphrase: '',
    latency: String(destination?.latencyMs ?? 200),
    trust: named ? 'fingerprint' : certificate,
    fingerprint: named ? certificate : '',
  }
}

/** The part of the request that these fields make. */
export function protocolBody(protocol: DestinationProtocol, url: string, fields: ProtocolFieldValues) {
  if (protocol === 'srt') {
    return { latencyMs: Math.round(Number(fields.latency)), ...(fields.passphrase ? { passphrase: fields.passphrase } : {}) }
  }
  return { certificate: !secure(url) ? 'system' : fields.trust === 'fingerprint' ? fields.fingerprint : fields.trust }
}

function secure(url: string): boolean {
  return /^\s*(rtmps|https):/i.test(url)
}

interface ProtocolFieldsProps {
  readonly protocol: DestinationProtocol
  readonly url: string
  readonly hasPassphrase: boolean
  readonly fields: ProtocolFieldValues
  readonly onChange: (fields: ProtocolFieldValues) => void
}

/** Passphrase and latency of SRT; whose certificate to trust where TLS is spoken. */
export function ProtocolFields({ protocol, url, hasPassphrase, fields, onChange }: ProtocolFieldsProps) {
  if (protocol === 'srt') {
    return (
      <div className="destination-tracks">
        <div className="field">
          <label htmlFor="destination-passphrase">{t.passphrase}</label>
          <input
            id="destination-passphrase"
            className="input"
            type="password"
            value={fields.passphrase}
            minLength={10}
            maxLength={79}
            placeholder={hasPassphrase ? t.unchanged : t.none}
            autoComplete="new-password"
            onChange={(event) => onChange({ ...fields, passphrase: event.target.value })}
            data-testid="destination-passphrase"
          />
          <span className="hint">{t.encryptsWhatIsSentThe}</span>
        </div>
        <div className="field">
          <label htmlFor="destination-latency">{t.latencyMs}</label>
          <input
            id="destination-latency"
            className="input"
            type="number"
            min={20}
            max={8000}
            required
            value={fields.latency}
            onChange={(event) => onChange({ ...fields, latency: event.target.value })}
            data-testid="destination-latency"
          />
          <span className="hint">{t.timeToRepairLossesFour}</span>
        </div>
      </div>
    )
  }
  if (!secure(url)) return null
  return (
    <div className="field">
      <label htmlFor="destination-certificate">{t.certificate}</label>
      <select
        id="destination-certificate"
        className="input"
        value={fields.trust}
        onChange={(event) => onChange({ ...fields, trust: event.target.value })}
        data-testid="destination-certificate"
      >
        <option value="system">{t.mustBeValid}</option>
        <option value="fingerprint">{t.acceptOneByItsFingerprint}</option>
        <option value="any">{t.doNotVerify}</option>
      </select>
      {fields.trust === 'fingerprint' && (
        <input
          className="input"
          aria-label={t.sha256Fingerprint}
          placeholder="SHA-256, AB:CD:…"
          value={fields.fingerprint}
          required
          spellCheck={false}
          autoComplete="off"
          onChange={(event) => onChange({ ...fields, fingerprint: event.target.value })}
          data-testid="destination-fingerprint"
        />
      )}
      {fields.trust === 'fingerprint' && <span className="hint">{t.aFailedAttemptWithMust}</span>}
      {fields.trust === 'any' && (
        <p className="advice" data-testid="destination-unverified">
          {t.anybodyBetweenHereAndThe}
        </p>
      )}
    </div>
  )
}
