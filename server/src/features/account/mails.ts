import type { Mail } from '@second-look/infra/mail';

/** What somebody is told by mail about their account. Subjects say nothing that a glance at a screen should not see. */

interface Reader {
  name: string;
  email: string;
}

export function forgottenPassword({ name, email }: Reader, link: string): Mail {
  return {
    to: email,
    subject: 'Choose a new password for Second Look',
    text: [
      `Hello ${name},`,
      'Somebody, probably you, asked for a new password for Second Look. Choose it here within an hour:',
      link,
      'If it was not you, do nothing: your password stays as it is.',
    ].join('\n\n'),
  };
}

export function passwordChanged({ name, email }: Reader, publicUrl: string): Mail {
  return {
    to: email,
    subject: 'Your password for Second Look was changed',
    text: [
      `Hello ${name},`,
      'Your password for Second Look was changed just now, and you were signed out everywhere else.',
      `If it was not you, choose another one at once: ${publicUrl}/forgotten-password`,
    ].join('\n\n'),
  };
}
