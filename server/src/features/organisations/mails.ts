import { invitationDays } from '@second-look/core/contract';
import type { Mail } from '@second-look/infra/mail';

export function invitationMail(
  {
    email,
    organisation,
    invitedBy,
    hasAccount,
  }: { email: string; organisation: string; invitedBy: string; hasAccount: boolean },
  link: string,
): Mail {
  return {
    to: email,
    subject: 'You are invited to Second Look',
    text: [
      'Hello,',
      `${invitedBy} invites you to Second Look at ${organisation}: teachers film lessons there, look at them again in private, and talk about them with whom they choose. Nobody sees a lesson of yours before you share it, administrators included.`,
      hasAccount
        ? `Sign in with this address and accept within ${invitationDays} days:`
        : `Choose your name and password within ${invitationDays} days:`,
      link,
      'If you did not expect this, do nothing.',
    ].join('\n\n'),
  };
}
