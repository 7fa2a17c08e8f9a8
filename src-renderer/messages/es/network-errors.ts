import type { ErrorText } from '../messages.ts'

/** Errors of nodes and of their origin. */
export const networkErrors = {
  'network.node_not_found': {
    english: 'There is no node of that id',
    title: 'No hay ningún nodo con ese identificador',
    remedy: 'Consulta GET /network/nodes.',
  },
  'network.join_rejected': {
    english: 'The join token is not valid',
    title: 'El token de incorporación no es válido',
    remedy: 'Cada token vale una sola vez y hasta que caduca: crea otro en Red e inicia el nodo con él.',
  },
  'network.limit': {
    english: 'There are as many nodes or join tokens as there can be',
    title: 'Ya hay tantos nodos o tokens de incorporación como puede haber',
    remedy: 'Revoca los nodos que no se usan; los tokens de incorporación caducan solos.',
  },
  'network.origin_away': {
    english: 'The origin of this node cannot be reached',
    title: 'No se puede alcanzar el origen de este nodo',
    remedy: 'Inténtalo de nuevo en un momento. Quien opera el nodo encuentra el motivo en su registro.',
  },
  'network.origin_unknown': {
    english: 'The origin has another certificate than the one that the node knows',
    title: 'El origen tiene un certificado distinto del que conoce el nodo',
    remedy: 'Si se cambió su certificado, crea un token de incorporación nuevo en el origen e inicia el nodo con él una vez.',
  },
  'network.origin_insecure': {
    english: 'The origin would be reached without encryption',
    title: 'Se llegaría al origen sin cifrado',
    remedy: 'Indica su URL https://. http:// es solo para un origen en la misma máquina.',
  },
  'network.not_joined': {
    english: 'This node has not joined an origin',
    title: 'Este nodo no se ha incorporado a ningún origen',
    remedy: 'Crea un token de incorporación en Red en el origen e inicia el nodo con `--origin URL --token TOKEN`.',
  },
  'network.not_served': {
    english: 'A node does not answer this',
    title: 'Un nodo no responde a esto',
    remedy: 'Los nodos entregan emisiones y las páginas que las reproducen. Todo lo demás está en el origen.',
  },
} as const satisfies Record<string, ErrorText>
