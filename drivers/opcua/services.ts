/** Services of a session that the library has but does not show in its type: a subscription without its own reconnecting. */
import type {
  ClientSession,
  CreateMonitoredItemsRequestOptions,
  CreateMonitoredItemsResponse,
  CreateSubscriptionRequestOptions,
  CreateSubscriptionResponse,
  PublishRequest,
  PublishResponse,
  RepublishRequest,
  RepublishResponse,
} from "node-opcua";

type Done<Response> = (error: Error | null, response?: Response) => void;

interface Hidden {
  createSubscription(request: CreateSubscriptionRequestOptions, done: Done<CreateSubscriptionResponse>): void;
  createMonitoredItems(request: CreateMonitoredItemsRequestOptions, done: Done<CreateMonitoredItemsResponse>): void;
  publish(request: PublishRequest, done: Done<PublishResponse>): void;
  republish(request: RepublishRequest, done: Done<RepublishResponse>): void;
}

export interface Services {
  createSubscription(request: CreateSubscriptionRequestOptions): Promise<CreateSubscriptionResponse>;
  createMonitoredItems(request: CreateMonitoredItemsRequestOptions): Promise<CreateMonitoredItemsResponse>;
  publish(request: PublishRequest): Promise<PublishResponse>;
  republish(request: RepublishRequest): Promise<RepublishResponse>;
}

export function servicesOf(session: ClientSession): Services {
  const hidden = session as unknown as Hidden;
  const answer = <Response>(send: (done: Done<Response>) => void): Promise<Response> =>
    new Promise((resolve, reject) => {
      send((error, response) => {
        if (response && !error) resolve(response);
        else reject(error ?? new Error("The server gave no answer"));
      });
    });
  return {
    createSubscription: (request) => answer((done) => hidden.createSubscription(request, done)),
    createMonitoredItems: (request) => answer((done) => hidden.createMonitoredItems(request, done)),
    publish: (request) => answer((done) => hidden.publish(request, done)),
    republish: (request) => answer((done) => hidden.republish(request, done)),
  };
}
