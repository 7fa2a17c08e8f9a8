import type { ErrorText } from '../messages.ts'

/** Errors of rules and of what they react to. */
export const automationErrors = {
  'automation.not_found': {
    english: 'There is no such rule, webhook or dynamic filter',
    title: 'No existe esa regla, webhook o filtro dinámico',
    remedy: 'Consulta GET /automation/rules.',
  },
  'automation.limit': {
    english: 'The maximum number of these is reached',
    title: 'Ya hay tantos como puede haber',
    remedy: 'Elimina uno que no se use.',
  },
  'automation.busy': {
    english: 'The rule is still running',
    title: 'La regla aún se está ejecutando',
    remedy: 'Espera a que termine o detenla.',
  },
  'automation.stopped': {
    english: 'The rule was stopped',
    title: 'La regla se detuvo',
    remedy: 'Ejecútala de nuevo si no era la intención.',
  },
  'automation.too_often': {
    english: 'The webhook was called too often',
    title: 'Se llamó al webhook demasiadas veces',
    remedy: 'Llámalo como mucho 20 veces en 10 segundos; espera 10 segundos.',
  },
} satisfies Readonly<Record<string, ErrorText>>
