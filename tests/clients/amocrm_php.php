<?php
// amocrm/amocrm-api-library (Composer), the vendor's own, against the sandbox, as a user of it would write.
error_reporting(E_ALL & ~E_DEPRECATED);
require $argv[1];

use AmoCRM\Client\AmoCRMApiClient;
use AmoCRM\Collections\ContactsCollection;
use AmoCRM\Collections\LinksCollection;
use AmoCRM\Filters\LeadsFilter;
use AmoCRM\Helpers\EntityTypesInterface;
use AmoCRM\Models\AccountModel;
use AmoCRM\Models\ContactModel;
use AmoCRM\Models\LeadModel;
use AmoCRM\Models\NoteType\CommonNote;
use AmoCRM\Models\SourceModel;
use AmoCRM\Models\TaskModel;
use AmoCRM\Models\WebhookModel;

const CLIENT_ID = '7c1b4a52-0d3e-4f69-8a27-51e9d0c3b6f4';
const CLIENT_SECRET = 'sandbox0integration0secret0of064characters0that0guards0nothing00';
const REDIRECT_URI = 'http://127.0.0.1:8000/oauth/callback';

function post(string $url, string $form = ''): string
{
    $call = curl_init($url);
    curl_setopt_array($call, [CURLOPT_POST => true, CURLOPT_POSTFIELDS => $form, CURLOPT_RETURNTRANSFER => true, CURLOPT_HEADER => true]);
    return curl_exec($call);
}

function same($expected, $found, string $what): void
{
    if ($expected !== $found) {
        fwrite(STDERR, "$what: " . var_export($found, true) . ', expected ' . var_export($expected, true) . "\n");
        exit(1);
    }
}

function pause(): void
{
    usleep(1100000); // seven requests a second
}

preg_match('/[?&]code=([^&\s]+)/', post('https://www.amocrm.ru/oauth', 'client_id=' . CLIENT_ID . '&answer=allow'), $consent);
$client = new AmoCRMApiClient(CLIENT_ID, CLIENT_SECRET, REDIRECT_URI);
$client->setAccountBaseDomain('demo.amocrm.ru');
$first = $client->getOAuthClient()->getAccessTokenByCode($consent[1]);
$second = $client->getOAuthClient()->getAccessTokenByRefreshToken($first);
same(true, $second->getRefreshToken() !== $first->getRefreshToken(), 'a refreshed pair is a new one');
$refreshed = [];
$client->setAccessToken($second)->onAccessTokenRefresh(function ($token, $domain) use (&$refreshed) {
    $refreshed[] = $domain;
});
same(36, strlen($client->account()->getCurrent([AccountModel::AMOJO_ID])->getAmojoId()), 'amojo_id');

$lead = $client->leads()->addOne((new LeadModel())->setName('From PHP')->setPrice(9));
$lead = $client->leads()->getOne($lead->getId(), [LeadModel::CONTACTS]);
same(['From PHP', 9], [$lead->getName(), $lead->getPrice()], 'lead');
pause();
$client->leads()->updateOne($lead->setName('Renamed'));
$list = $client->leads()->get((new LeadsFilter())->setLimit(1)->setNames(['Renamed']));
same([1, 'Renamed'], [$list->count(), $list->first()->getName()], 'filtered leads');

$contact = $client->contacts()->addOne((new ContactModel())->setFirstName('Ann')->setLastName('Li'));
$client->leads()->link($lead, (new LinksCollection())->add($contact));
same(1, $client->leads()->getOne($lead->getId(), ['contacts'])->getContacts()->count(), 'linked contacts');
pause();
$client->notes(EntityTypesInterface::LEADS)->addOne((new CommonNote())->setEntityId($lead->getId())->setText('Hi'));
same(1, $client->notes(EntityTypesInterface::LEADS)->get()->count(), 'notes');
$task = (new TaskModel())->setText('Call')->setCompleteTill(time() + 60);
$client->tasks()->addOne($task->setEntityType(EntityTypesInterface::LEADS)->setEntityId($lead->getId()));
same(1, $client->tasks()->get()->count(), 'tasks');
pause();
same([3, 2], [$client->users()->get()->count(), $client->pipelines()->get()->count()], 'users and pipelines');
same('line-1', $client->sources()->addOne((new SourceModel())->setName('Line')->setExternalId('line-1'))->getExternalId(), 'source');
pause();
$people = (new ContactsCollection())->add((new ContactModel())->setFirstName('Eve'));
same(true, $client->leads()->addOneComplex((new LeadModel())->setName('Complex')->setContacts($people))->getId() > 0, 'complex lead');
$client->webhooks()->subscribe((new WebhookModel())->setDestination('http://127.0.0.1:9/x/')->setSettings(['add_lead']));
same(1, $client->webhooks()->get()->count(), 'webhooks');
pause();

post('https://demo.amocrm.ru/_sandbox/install');
preg_match('/"token":\s*"([^"]+)"/', post('https://demo.amocrm.ru/_sandbox/token'), $token);
same(31000001, $client->getOAuthClient()->parseDisposableToken($token[1])->getAccountId(), 'one-time token');
post('https://demo.amocrm.ru/_sandbox/expire');
same('Renamed', $client->leads()->getOne($lead->getId())->getName(), 'lead after the token was over');
same(['demo.amocrm.ru'], $refreshed, 'refreshed by itself');
