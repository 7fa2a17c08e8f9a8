import { setLanguage, storedLanguage } from '../messages/language.ts'
import { englishName, languages } from '../messages/languages.ts'
import { settings as t } from '../messages/page.ts'

/** Chooses the language of the page in this browser. */
export function LanguageCard() {
  const names = Object.entries(languages).flatMap(([tag, { name }]) => (name === undefined ? [] : [[tag, name] as const]))
  return (
    <section className="card" aria-label={t.language}>
      <header>
        <h2>{t.language}</h2>
      </header>
      <div className="card-body field">
        <select
          className="input"
          aria-label={t.languageOfThisPage}
          aria-describedby="language-hint"
          value={storedLanguage() ?? ''}
          data-testid="language"
          onChange={(event) => setLanguage(event.target.value === '' ? undefined : event.target.value)}
        >
          <option value="">{t.languageOfTheBrowser}</option>
          {[['en', englishName] as const, ...names].map(([tag, name]) => (
            <option key={tag} value={tag} lang={tag} translate="no">
              {name}
            </option>
          ))}
        </select>
        <span id="language-hint" className="hint">
          {t.theChoiceIsStored}
        </span>
      </div>
    </section>
  )
}
