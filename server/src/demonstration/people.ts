import type { Enrolment } from '../features/people/enrol.ts';

export const password = 'second-look-demo';
const email = (name: string) => `${name}@demo.second-look.test`;

/** A trust of two schools. The addresses and the password are public: README.md names them. */
export const people: Enrolment = {
  organisations: [
    { key: 'trust', name: 'Fernhill Trust', kind: 'trust' },
    { key: 'oakfield', name: 'Oakfield Academy', kind: 'school', parent: 'trust' },
    { key: 'riverside', name: 'Riverside School', kind: 'school', parent: 'trust' },
  ],
  people: [
    {
      name: 'Amira Khan',
      email: email('amira'),
      password,
      memberships: [{ organisation: 'oakfield', role: 'member' }],
    },
    {
      name: 'Ben Osei',
      email: email('ben'),
      password,
      memberships: [{ organisation: 'oakfield', role: 'member' }],
    },
    {
      name: 'Carys Pritchard',
      email: email('carys'),
      password,
      memberships: [{ organisation: 'riverside', role: 'member' }],
    },
    {
      name: 'Dev Malhotra',
      email: email('dev'),
      password,
      memberships: [
        { organisation: 'trust', role: 'admin' },
        { organisation: 'oakfield', role: 'lead' },
      ],
    },
    {
      name: 'Esther Adeyemi',
      email: email('esther'),
      password,
      memberships: [{ organisation: 'oakfield', role: 'lead' }],
    },
  ],
};
